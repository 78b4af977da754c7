using System.Runtime.CompilerServices;

namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// Renders a parsed template once. It is a sandbox: a template reaches only the values it is given and the functions of the library, can
/// change nothing but its own names and namespaces, and ends within bounded steps, depth, output and memory.
/// </summary>
internal sealed partial class Evaluator(TemplateOptions options)
{
    // A text operation costs a step for every so many characters, so that steps bound time whatever the texts' lengths.
    private const int CharactersPerStep = 1024;
    private const int MaxDepth = 400;

    private Scope _scope = new(null);
    private Text _output = Text.Empty;
    private long _steps;
    private int _depth;
    private int _line;

    /// <summary>What the caller allows.</summary>
    public TemplateOptions Options { get; } = options;

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
                _scope.Set(name, value);
            }

            _scope = new Scope(_scope);
            Execute(body);
            return _output;
        }
        catch (TemplateFailure failure)
        {
            throw new TemplateException(failure.Kind, failure.Message, _line, failure);
        }
        catch (OverflowException overflow)
        {
            throw new TemplateException(TemplateErrorKind.Limit, "a number or text is too large", _line, overflow);
        }
    }

    /// <summary>Counts work, and ends a template that does too much.</summary>
    public void Charge(long steps)
    {
        _steps += steps;
        if (_steps > Options.MaxSteps)
        {
            throw new TemplateFailure(TemplateErrorKind.Limit, $"took more than {Options.MaxSteps} steps");
        }
    }

    /// <summary>Counts the work of reading or making a text, and bounds its length.</summary>
    public void ChargeText(long length)
    {
        if (length > Options.MaxCharacters)
        {
            throw new TemplateFailure(TemplateErrorKind.Limit, $"made a text of more than {Options.MaxCharacters} characters");
        }

        Charge(1 + length / CharactersPerStep);
    }

    /// <summary>A value as text.</summary>
    public Text ToText(object? value)
    {
        Text text = Printing.ToText(value, Options.MaxCharacters);
        ChargeText(text.Length);
        return text;
    }

    /// <summary>The items that a loop over the value sees; each costs a step.</summary>
    public IReadOnlyList<object?> Iterate(object? value)
    {
        Charge(value switch { Text text => text.Length, DictValue dict => dict.Count, ListValue list => list.Items.Count, _ => 0 });
        return Values.Iterate(value);
    }

    private void Write(Text text)
    {
        ChargeText((long)_output.Length + text.Length > Options.MaxCharacters ? long.MaxValue : text.Length);
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
        Enter(statement);
        Flow flow = Flow.Next;
        switch (statement)
        {
            case DataStatement data:
                Write(data.Text);
                break;
            case OutputStatement output:
                Write(ToText(Evaluate(output.Value)));
                break;
            case IfStatement branch:
                flow = ExecuteIf(branch);
                break;
            case ForStatement loop:
                object? items = Evaluate(loop.Items);
                Write(RunLoop(loop, items, _scope, depth: 0));
                break;
            case LoopControlStatement control:
                flow = control.IsBreak ? Flow.Break : Flow.Continue;
                break;
            case SetStatement set:
                Assign(set.Target, Evaluate(set.Value));
                break;
            case SetBlockStatement set:
                Assign(set.Target, ApplyFilters(set.Filters, Capture(set.Body, new Scope(_scope), out _)));
                break;
            case WithStatement with:
                flow = ExecuteWith(with);
                break;
            case MacroStatement macro:
                _scope.Set(macro.Macro.Name, new MacroValue(macro.Macro, _scope));
                break;
            case CallBlockStatement call:
                Write(ToText(Call(call.Call, new MacroValue(call.Caller, _scope))));
                break;
            case FilterBlockStatement filter:
                Write(ToText(ApplyFilters(filter.Filters, Capture(filter.Body, new Scope(_scope), out flow))));
                break;
            case ScopeStatement scope:
                flow = ExecuteIn(new Scope(_scope), scope.Body);
                break;
            case MissingTemplateStatement missing:
                throw TemplateFailure.Runtime($"'{missing.Tag}' needs another template, and there is none");
            default:
                throw new InvalidOperationException(statement.GetType().Name);
        }

        _depth--;
        return flow;
    }

    private Flow ExecuteIf(IfStatement branch)
    {
        foreach ((Expression test, IReadOnlyList<Statement> body) in branch.Branches)
        {
            if (Values.IsTrue(Evaluate(test)))
            {
                return Execute(body);
            }
        }

        return Execute(branch.Else);
    }

    private Flow ExecuteWith(WithStatement with)
    {
        var scope = new Scope(_scope);
        foreach ((Target target, Expression value) in with.Values)
        {
            object? evaluated = Evaluate(value);
            Scope outer = _scope;
            _scope = scope;
            Assign(target, evaluated);
            _scope = outer;
        }

        return ExecuteIn(scope, with.Body);
    }

    private Flow ExecuteIn(Scope scope, IReadOnlyList<Statement> body)
    {
        Scope outer = _scope;
        _scope = scope;
        Flow flow = Execute(body);
        _scope = outer;
        return flow;
    }

    /// <summary>What a body writes, instead of writing it.</summary>
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
        IReadOnlyList<object?> items = Iterate(source);
        if (loop.Test is not null)
        {
            items = [.. items.Where(item => Passes(loop, item, outer))];
        }

        if (items.Count == 0)
        {
            return Capture(loop.Else, new Scope(outer), out _);
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
            ChargeText((long)all.Length + written.Length > Options.MaxCharacters ? long.MaxValue : 0);
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
        Scope before = _scope;
        _scope = scope;
        bool passes = Values.IsTrue(Evaluate(loop.Test!));
        _scope = before;
        return passes;
    }

    private void AssignIn(Scope scope, Target target, object? value)
    {
        Scope outer = _scope;
        _scope = scope;
        Assign(target, value);
        _scope = outer;
    }

    private void Assign(Target target, object? value)
    {
        switch (target)
        {
            case NameTarget name:
                _scope.Set(name.Name, value);
                break;
            case NamespaceTarget attribute:
                if (!_scope.TryGet(attribute.Name, out object? found) || found is not NamespaceValue space)
                {
                    throw TemplateFailure.Runtime($"cannot set an attribute of '{attribute.Name}', which is no namespace");
                }

                space.Attributes[NamespaceName(attribute.Attribute)] = value;
                break;
            case TupleTarget tuple:
                IReadOnlyList<object?> items = value is Undefined undefined ? throw undefined.Failure() : Iterate(value);
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

    /// <summary>A namespace's attribute, checked: names that begin with an underscore are out of reach.</summary>
    public static string NamespaceName(string name) => name.StartsWith('_')
        ? throw new TemplateFailure(TemplateErrorKind.Security, $"a namespace cannot hold '{name}': names that begin with an underscore are out of reach")
        : name;

    private void Enter(Node node)
    {
        _line = node.Line;
        Charge(1);
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFailure(TemplateErrorKind.Limit, "nested too deep, or a macro calls itself without end");
        }
    }
}
