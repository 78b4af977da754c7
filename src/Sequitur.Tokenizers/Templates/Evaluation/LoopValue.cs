namespace Sequitur.Tokenizers.Templates;

/// <summary>The variable <c>loop</c> inside a loop.</summary>
internal sealed class LoopValue(IReadOnlyList<object?> items, int depth, Func<object?, int, Text> again) : ICallable
{
    private ListValue? _lastChanged;

    public int Index { get; set; }

    /// <summary>Runs the loop's body over other items, one level deeper.</summary>
    public object? Call(Evaluator evaluator, Arguments arguments) => again(arguments.Expect("loop", "iterable").Need(0, "iterable", "loop"), depth + 1);

    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "index" => Values.Int(Index + 1),
            "index0" => Values.Int(Index),
            "revindex" => Values.Int(items.Count - Index),
            "revindex0" => Values.Int(items.Count - Index - 1),
            "first" => Index == 0,
            "last" => Index == items.Count - 1,
            "length" => Values.Int(items.Count),
            "depth" => Values.Int(depth + 1),
            "depth0" => Values.Int(depth),
            "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
            "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item"),
            "cycle" => new Function("cycle", (_, arguments) => arguments.Positional.Count == 0
                ? throw TemplateFailure.Runtime("no items for cycling given")
                : arguments.Positional[Index % arguments.Positional.Count]),
            "changed" => new Function("changed", Changed),
            _ => this,
        };
        return !ReferenceEquals(value, this);
    }

    private object? Changed(Evaluator evaluator, Arguments arguments)
    {
        var now = new ListValue(arguments.Positional);
        evaluator.ChargeComparison(now, _lastChanged);
        bool changed = _lastChanged is null || !Values.AreEqual(now, _lastChanged);
        _lastChanged = now;
        return changed;
    }
}
