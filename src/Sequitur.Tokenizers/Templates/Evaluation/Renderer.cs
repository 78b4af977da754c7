namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// Renders a parsed template once. It is a sandbox: a template reaches only the values it is given and the functions of the library, can
/// change nothing but its own names and namespaces, and ends within bounded steps, depth, output and memory.
/// </summary>
internal sealed class Renderer
{
    private readonly Evaluator _evaluator;
    private Text _output = Text.Empty;

    public Renderer(TemplateOptions options) => _evaluator = new Evaluator(options, this);

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>Renders a template.</summary>
    /// <param name="body">The parsed template.</param>
    /// <param name="variables">The values of its variables.</param>
    /// <exception cref="TemplateException">It failed.</exception>
    public Text Render(IReadOnlyList<Statement> body, IEnumerable<KeyValuePair<string, object?>> variables)
    {
        try
        {
            foreach ((string name, object? value) in variables)
            {
                _evaluator.Scope.Set(name, value);
            }

            _evaluator.Scope = new Scope(_evaluator.Scope);
            Execute(body);
            return _output;
        }
        catch (TemplateFailure failure)
        {
            throw new TemplateException(failure.Kind, failure.Message, _evaluator.Line, failure);
        }
        catch (OverflowException overflow)
        {
            throw new TemplateException(TemplateErrorKind.Limit, "a number or text is too large", _evaluator.Line, overflow);
        }
    }

    private void Write(Text text)
    {
        _evaluator.ChargeText((long)_output.Length + text.Length > _evaluator.Options.MaxCharacters ? long.MaxValue : text.Length);
        _output = Text.Join(_output, text);
    }

    private Flow Execute(IReadOnlyList<Statement> body)
    {
        foreach (Statement statement in body)
        {
            Flow flow = Execute(statement);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Execute(Statement statement)
    {
        _evaluator.Enter(statement);
        Flow flow = Flow.Next;
        switch (statement)
        {
            case DataStatement data:
                Write(data.Text);
                break;
            case OutputStatement output:
                Write(_evaluator.ToText(_evaluator.Evaluate(output.Value)));
                break;
            case IfStatement branch:
                flow = ExecuteIf(branch);
                break;
            case ForStatement loop:
                object? items = _evaluator.Evaluate(loop.Items);
                Write(RunLoop(loop, items, _evaluator.Scope, depth: 0));
                break;
            case LoopControlStatement control:
                flow = control.IsBreak ? Flow.Break : Flow.Continue;
                break;
            case SetStatement set:
                Assign(set.Target, _evaluator.Evaluate(set.Value));
                break;
            case SetBlockStatement set:
                Assign(set.Target, ApplyFilters(set.Filters, Capture(set.Body, new Scope(_evaluator.Scope))));
                break;
            case WithStatement with:
                flow = ExecuteWith(with);
                break;
            case MacroStatement macro:
                _evaluator.Scope.Set(macro.Macro.Name, new MacroValue(macro.Macro, _evaluator.Scope));
                break;
            case CallBlockStatement call:
                Write(_evaluator.ToText(_evaluator.Call(call.Call, new MacroValue(call.Caller, _evaluator.Scope))));
                break;
            case FilterBlockStatement filter:
                Write(_evaluator.ToText(ApplyFilters(filter.Filters, Capture(filter.Body, new Scope(_evaluator.Scope), out flow))));
                break;
            case ScopeStatement scope:
                flow = ExecuteIn(new Scope(_evaluator.Scope), scope.Body);
                break;
            case MissingTemplateStatement missing:
                throw TemplateFailure.Runtime($"'{missing.Tag}' needs another template, and there is none");
            default:
                throw new InvalidOperationException(statement.GetType().Name);
        }

        _evaluator.Leave();
        return flow;
    }

    private Flow ExecuteIf(IfStatement branch)
    {
        foreach ((Expression test, IReadOnlyList<Statement> body) in branch.Branches)
        {
            if (Values.IsTrue(_evaluator.Evaluate(test)))
            {
                return Execute(body);
            }
        }

        return Execute(branch.Else);
    }

    private Flow ExecuteWith(WithStatement with)
    {
        var scope = new Scope(_evaluator.Scope);
        foreach ((Target target, Expression value) in with.Values)
        {
            AssignIn(scope, target, _evaluator.Evaluate(value));
        }

        return ExecuteIn(scope, with.Body);
    }

    private Flow ExecuteIn(Scope scope, IReadOnlyList<Statement> body)
    {
        Scope outer = _evaluator.Scope;
        _evaluator.Scope = scope;
        Flow flow = Execute(body);
        _evaluator.Scope = outer;
        return flow;
    }

    /// <summary>What a body writes, with these names, instead of writing it.</summary>
    public Text Capture(IReadOnlyList<Statement> body, Scope scope) => Capture(body, scope, out _);

    private Text Capture(IReadOnlyList<Statement> body, Scope scope, out Flow flow)
    {
        Text outer = _output;
        _output = Text.Empty;
        flow = ExecuteIn(scope, body);
        Text written = _output;
        _output = outer;
        return written;
    }

    /// <summary>Runs a loop over items and gives what it writes. Every iteration has names of its own.</summary>
    private Text RunLoop(ForStatement loop, object? source, Scope outer, int depth)
    {
        IReadOnlyList<object?> items = _evaluator.Iterate(source);
        if (loop.Test is not null)
        {
            items = [.. items.Where(item => Passes(loop, item, outer))];
        }

        if (items.Count == 0)
        {
            return Capture(loop.Else, new Scope(outer));
        }

        var state = new LoopValue(items, depth, (inner, level) => loop.IsRecursive
            ? RunLoop(loop, inner, outer, level)
            : throw TemplateFailure.Runtime("the loop is not marked 'recursive', so it cannot be called"));
        Text all = Text.Empty;
        for (int i = 0; i < items.Count; i++)
        {
            var scope = new Scope(outer);
            state.Index = i;
            scope.Set("loop", state);
            AssignIn(scope, loop.Target, items[i]);
            Text written = Capture(loop.Body, scope, out Flow flow);
            _evaluator.ChargeText((long)all.Length + written.Length > _evaluator.Options.MaxCharacters ? long.MaxValue : 0);
            all = Text.Join(all, written);
            if (flow == Flow.Break)
            {
                break;
            }
        }

        return all;
    }

    private bool Passes(ForStatement loop, object? item, Scope outer)
    {
        var scope = new Scope(outer);
        AssignIn(scope, loop.Target, item);
        Scope before = _evaluator.Scope;
        _evaluator.Scope = scope;
        bool passes = Values.IsTrue(_evaluator.Evaluate(loop.Test!));
        _evaluator.Scope = before;
        return passes;
    }

    private void AssignIn(Scope scope, Target target, object? value)
    {
        Scope outer = _evaluator.Scope;
        _evaluator.Scope = scope;
        Assign(target, value);
        _evaluator.Scope = outer;
    }

    private void Assign(Target target, object? value)
    {
        switch (target)
        {
            case NameTarget name:
                _evaluator.Scope.Set(name.Name, value);
                break;
            case NamespaceTarget attribute:
                if (!_evaluator.Scope.TryGet(attribute.Name, out object? found) || found is not NamespaceValue space)
                {
                    throw TemplateFailure.Runtime($"cannot set an attribute of '{attribute.Name}', which is no namespace");
                }

                space.Set(attribute.Attribute, value);
                break;
            case TupleTarget tuple:
                IReadOnlyList<object?> items = value is Undefined undefined ? throw undefined.Failure() : _evaluator.Iterate(value);
                if (items.Count != tuple.Items.Count)
                {
                    throw TemplateFailure.Runtime($"cannot unpack {items.Count} values into {tuple.Items.Count} names");
                }

                for (int i = 0; i < items.Count; i++)
                {
                    Assign(tuple.Items[i], items[i]);
                }

                break;
        }
    }

    private object? ApplyFilters(IReadOnlyList<FilterExpression> filters, object? value)
    {
        foreach (FilterExpression filter in filters)
        {
            value = _evaluator.ApplyFilter(filter, value);
        }

        return value;
    }
}
