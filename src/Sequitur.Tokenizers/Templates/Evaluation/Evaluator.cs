using System.Runtime.CompilerServices;

namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// The values of expressions, and what evaluating them costs: it ends a template that takes too many steps, nests too deep or makes too
/// long a text.
/// </summary>
internal sealed class Evaluator(TemplateOptions options, Renderer renderer)
{
    // A text operation costs a step for every so many characters, so that steps bound time whatever the texts' lengths.
    private const int CharactersPerStep = 1024;
    private const int MaxDepth = 400;

    private long _steps;
    private int _depth;

    /// <summary>What the caller allows.</summary>
    public TemplateOptions Options { get; } = options;

    /// <summary>The names that expressions see.</summary>
    public Scope Scope { get; set; } = new(null);

    /// <summary>The line of the template that was reached.</summary>
    public int Line { get; private set; }

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

    /// <summary>Begins a statement or expression, one level deeper; <see cref="Leave"/> ends it.</summary>
    public void Enter(Node node)
    {
        Line = node.Line;
        Charge(1);
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFailure(TemplateErrorKind.Limit, "nested too deep, or a macro calls itself without end");
        }
    }

    public void Leave() => _depth--;

    /// <summary>The value of an expression.</summary>
    public object? Evaluate(Expression expression)
    {
        Enter(expression);
        object? value = expression switch
        {
            ConstantExpression constant => constant.Value,
            NameExpression name => Lookup(name.Name),
            ListExpression list => new ListValue(EvaluateAll(list.Items), list.IsTuple ? ListKind.Tuple : ListKind.List),
            DictExpression dict => EvaluateDict(dict),
            AttributeExpression attribute => Members.Attribute(this, Evaluate(attribute.Target), attribute.Name),
            IndexExpression { Index: SliceExpression slice } index => Slice(Evaluate(index.Target), slice),
            IndexExpression index => Members.Item(this, Evaluate(index.Target), Evaluate(index.Index)),
            CallExpression call => Call(call, caller: null),
            FilterExpression filter => ApplyFilter(filter, Evaluate(filter.Target!)),
            TestExpression test => Test(test.Name, Evaluate(test.Target), EvaluateArguments(test.Arguments)),
            NegateExpression negate => Arithmetic.Negate(Evaluate(negate.Operand), negate.IsPlus),
            NotExpression not => !Values.IsTrue(Evaluate(not.Operand)),
            BinaryExpression binary => Arithmetic.Apply(this, binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right)),
            LogicExpression logic => EvaluateLogic(logic),
            ConcatExpression concat => EvaluateConcat(concat),
            CompareExpression compare => EvaluateCompare(compare),
            ConditionalExpression conditional => EvaluateConditional(conditional),
            SliceExpression => throw TemplateFailure.Runtime("a slice cannot be one of several subscripts"),
            _ => throw new InvalidOperationException(expression.GetType().Name),
        };
        Line = expression.Line;
        Leave();
        return value;
    }

    private object? Lookup(string name) =>
        Scope.TryGet(name, out object? value) || Globals.TryGet(name, out value) ? value : Undefined.Name(name);

    private List<object?> EvaluateAll(IReadOnlyList<Expression> items)
    {
        var values = new List<object?>(items.Count);
        foreach (Expression item in items)
        {
            values.Add(Evaluate(item));
        }

        return values;
    }

    private DictValue EvaluateDict(DictExpression expression)
    {
        var dict = new DictValue();
        foreach ((Expression key, Expression value) in expression.Pairs)
        {
            object? name = Evaluate(key);
            ChargeKey(name);
            dict.Set(name, Evaluate(value));
        }

        return dict;
    }

    private object? EvaluateLogic(LogicExpression logic)
    {
        object? left = Evaluate(logic.Left);
        return Values.IsTrue(left) == logic.IsAnd ? Evaluate(logic.Right) : left;
    }

    private object? EvaluateConditional(ConditionalExpression conditional)
    {
        if (Values.IsTrue(Evaluate(conditional.Test)))
        {
            return Evaluate(conditional.Then);
        }

        return conditional.Else is null
            ? new Undefined("the inline if was false, and has no else")
            : Evaluate(conditional.Else);
    }

    private Text EvaluateConcat(ConcatExpression concat)
    {
        Text joined = Text.Empty;
        foreach (Expression item in concat.Items)
        {
            joined = Join(joined, ToText(Evaluate(item)));
        }

        return joined;
    }

    /// <summary>Two texts as one, their parts kept apart.</summary>
    public Text Join(Text left, Text right)
    {
        ChargeText((long)left.Length + right.Length > Options.MaxCharacters ? long.MaxValue : 0);
        return Text.Join(left, right);
    }

    private bool EvaluateCompare(CompareExpression compare)
    {
        object? left = Evaluate(compare.First);
        foreach ((string @operator, Expression operand) in compare.Rest)
        {
            object? right = Evaluate(operand);
            if (!Compare(left, @operator, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    /// <summary>Whether a comparison holds.</summary>
    public bool Compare(object? left, string @operator, object? right)
    {
        ChargeComparison(left, right);
        switch (@operator)
        {
            case "==":
                return Values.AreEqual(left, right);
            case "!=":
                return !Values.AreEqual(left, right);
            case "in":
                return Values.Contains(right, left);
            case "not in":
                return !Values.Contains(right, left);
            default:
                int order = Values.Compare(left, right, @operator);
                return @operator switch
                {
                    "<" => order == -1,
                    "<=" => order is -1 or 0,
                    ">" => order == 1,
                    _ => order is 1 or 0,
                };
        }
    }

    /// <summary>How two values are ordered: −1, 0 or 1.</summary>
    public int Order(object? left, object? right)
    {
        ChargeComparison(left, right);
        return Values.Compare(left, right);
    }

    /// <summary>Counts the work of comparing two values, or of looking one up in the other.</summary>
    public void ChargeComparison(object? left, object? right)
    {
        ChargeKey(left);
        ChargeKey(right);
    }

    /// <summary>Counts the work of reading a whole value, as a look-up in a mapping does with its key.</summary>
    public void ChargeKey(object? key)
    {
        ValueSize size = ValueSize.Of(key);
        Charge(size.Size / 8 + size.Characters / CharactersPerStep);
    }

    private object? Slice(object? target, SliceExpression slice)
    {
        object? start = slice.Start is null ? null : Evaluate(slice.Start);
        object? stop = slice.Stop is null ? null : Evaluate(slice.Stop);
        object? step = slice.Step is null ? null : Evaluate(slice.Step);
        return Slices.Take(this, target, start, stop, step);
    }

    /// <summary>Calls what an expression names, with <paramref name="caller"/> as a further argument if there is one.</summary>
    public object? Call(CallExpression call, MacroValue? caller)
    {
        object? target = Evaluate(call.Target);
        Arguments arguments = EvaluateArguments(call.Arguments);
        if (caller is not null)
        {
            arguments = new Arguments(arguments.Positional, new Dictionary<string, object?>(arguments.Named) { ["caller"] = caller });
        }

        return Invoke(target, arguments);
    }

    /// <summary>Calls a value.</summary>
    public object? Invoke(object? target, Arguments arguments) => target switch
    {
        ICallable callable => callable.Call(this, arguments),
        Undefined undefined => throw undefined.Failure(),
        _ => throw TemplateFailure.Runtime($"'{Values.TypeName(target)}' object is not callable"),
    };

    private Arguments EvaluateArguments(ArgumentList list)
    {
        if (list.Positional.Count == 0 && list.Named.Count == 0 && list.Star is null && list.DoubleStar is null)
        {
            return Arguments.None;
        }

        List<object?> positional = EvaluateAll(list.Positional);
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string name, Expression value) in list.Named)
        {
            AddNamed(named, name, Evaluate(value));
        }

        if (list.Star is not null)
        {
            positional.AddRange(Iterate(Evaluate(list.Star)));
        }

        if (list.DoubleStar is not null)
        {
            DictValue dict = Evaluate(list.DoubleStar) as DictValue ?? throw TemplateFailure.Runtime("the argument after ** must be a mapping");
            foreach ((object? key, object? value) in dict.Entries)
            {
                AddNamed(named, (key as Text)?.Value ?? throw TemplateFailure.Runtime("keywords must be strings"), value);
            }
        }

        return new Arguments(positional, named);
    }

    private static void AddNamed(Dictionary<string, object?> named, string name, object? value)
    {
        if (!named.TryAdd(name, value))
        {
            throw TemplateFailure.Runtime($"the argument '{name}' is given twice");
        }
    }

    /// <summary>Applies a filter to a value in place of its target.</summary>
    public object? ApplyFilter(FilterExpression filter, object? value) => Filter(filter.Name, value, EvaluateArguments(filter.Arguments));

    /// <summary>Applies a filter by its name.</summary>
    public object? Filter(string name, object? value, Arguments arguments)
    {
        ChargeText((value as Text)?.Length ?? 0);
        Charge(ValueSize.Of(value).Size / 8);
        return Filters.TryGet(name, out Filter? filter)
            ? filter(this, value, arguments)
            : throw TemplateFailure.Runtime($"there is no filter '{name}'");
    }

    /// <summary>Applies a test by its name.</summary>
    public bool Test(string name, object? value, Arguments arguments) => ValueTests.TryGet(name, out ValueTest? test)
        ? test(this, value, arguments)
        : throw TemplateFailure.Runtime($"there is no test '{name}'");

    /// <summary>Runs a macro's body with its parameters set.</summary>
    public Text RunMacro(MacroDefinition macro, Scope scope, IEnumerable<(string Name, object? Value, Expression? Default)> parameters)
    {
        Scope outer = Scope;
        Scope = scope;
        foreach ((string name, object? value, Expression? @default) in parameters)
        {
            scope.Set(name, @default is null ? value : Evaluate(@default));
        }

        Scope = outer;
        return renderer.Capture(macro.Body, scope);
    }
}
