using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

/// <summary>The functions that every template has.</summary>
internal static class Globals
{
    private const int MaxRange = 100_000; // the sandbox's own bound

    private static readonly Dictionary<string, object> s_all = new(StringComparer.Ordinal)
    {
        ["range"] = new Function("range", Range),
        ["dict"] = new Function("dict", Dict),
        ["namespace"] = new Function("namespace", Namespace),
        ["cycler"] = new Function("cycler", (_, arguments) => new Cycler(arguments.Positional)),
        ["joiner"] = new Function("joiner", (_, arguments) => new Joiner(arguments.Expect("joiner", "sep").Count == 0 ? Text.Of(", ", trusted: true) : arguments.NeedText(0, "sep", "joiner"))),
        ["lipsum"] = new Function("lipsum", (_, _) => throw new TemplateFailure(TemplateErrorKind.Unsupported, "'lipsum' is not supported: it writes random text")),
        ["raise_exception"] = new Function("raise_exception", (evaluator, arguments) =>
            throw new TemplateFailure(TemplateErrorKind.Raised, evaluator.ToText(arguments.Expect("raise_exception", "message").Need(0, "message", "raise_exception")).Value)),
        ["strftime_now"] = new Function("strftime_now", (evaluator, arguments) => Clock.Format(evaluator, arguments.Expect("strftime_now", "format").NeedText(0, "format", "strftime_now"))),
    };

    public static bool TryGet(string name, out object? value) => s_all.TryGetValue(name, out value);

    private static object? Range(Evaluator evaluator, Arguments arguments)
    {
        int[] bounds = [.. arguments.Expect("range", "start", "stop", "step").Positional.Select(Values.ToInt)];
        (int start, int stop, int step) = bounds.Length switch
        {
            1 => (0, bounds[0], 1),
            2 => (bounds[0], bounds[1], 1),
            3 => (bounds[0], bounds[1], bounds[2]),
            _ => throw TemplateFailure.Runtime("range() needs 1 to 3 arguments"),
        };
        if (step == 0)
        {
            throw TemplateFailure.Runtime("range() step must not be zero");
        }

        long span = step > 0 ? (long)stop - start : (long)start - stop;
        long count = span <= 0 ? 0 : (span - 1) / Math.Abs((long)step) + 1;
        if (count > MaxRange)
        {
            throw TemplateFailure.Runtime($"range() of {count} items; the sandbox allows {MaxRange}");
        }

        evaluator.Charge(count);
        var items = new object?[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = new BigInteger(start + (long)i * step);
        }

        return new ListValue(items, ListKind.Range) { RangeText = step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})" };
    }

    private static object? Dict(Evaluator evaluator, Arguments arguments)
    {
        var dict = new DictValue();
        foreach ((object? key, object? value) in Entries(evaluator, arguments, "dict"))
        {
            dict.Set(key, value);
        }

        return dict;
    }

    private static object? Namespace(Evaluator evaluator, Arguments arguments)
    {
        var space = new NamespaceValue();
        foreach ((object? key, object? value) in Entries(evaluator, arguments, "namespace"))
        {
            string name = (key as Text)?.Value ?? throw TemplateFailure.Runtime("a namespace needs strings as names");
            space.Set(name, value);
        }

        return space;
    }

    // One mapping or list of pairs, then named arguments.
    private static IEnumerable<(object? Key, object? Value)> Entries(Evaluator evaluator, Arguments arguments, string function)
    {
        if (arguments.Positional.Count > 1)
        {
            throw TemplateFailure.Runtime($"{function}() takes at most 1 positional argument");
        }

        if (arguments.Positional.Count == 1 && arguments.Positional[0] is DictValue source)
        {
            evaluator.Charge(source.Count);
            foreach ((object? Key, object? Value) entry in source.Entries)
            {
                yield return entry;
            }
        }
        else if (arguments.Positional.Count == 1)
        {
            foreach (object? item in evaluator.Iterate(arguments.Positional[0]))
            {
                IReadOnlyList<object?> pair = evaluator.Iterate(item);
                yield return pair.Count == 2 ? (pair[0], pair[1]) : throw TemplateFailure.Runtime($"{function}() needs pairs, got {pair.Count} values");
            }
        }

        foreach ((string name, object? value) in arguments.Named)
        {
            yield return (Text.Of(name, trusted: true), value);
        }
    }
}

/// <summary>Gives its items again and again, one at each call of <c>next</c>.</summary>
internal sealed class Cycler(IReadOnlyList<object?> items)
{
    private int _position;

    public object? TryGet(string name) => name switch
    {
        "next" => new Function("next", (_, _) => Need()[_position++ % items.Count]),
        "reset" => new Function("reset", (_, _) => Values.Int(_position = 0)),
        "current" => Need()[_position % items.Count],
        _ => null,
    };

    private IReadOnlyList<object?> Need() => items.Count > 0 ? items : throw TemplateFailure.Runtime("at least one item has to be provided");
}

/// <summary>Gives nothing at the first call, then its separator.</summary>
internal sealed class Joiner(Text separator) : ICallable
{
    private bool _used;

    public object? Call(Evaluator evaluator, Arguments arguments)
    {
        Text result = _used ? separator : Text.Empty;
        _used = true;
        return result;
    }
}
