using System.Globalization;
using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Filters of lists, mappings and of any value.</summary>
internal static class ListFilters
{
    public static object? Length(Evaluator evaluator, object? value, Arguments arguments)
    {
        arguments.Expect("length");
        return Values.Int(value switch
        {
            Text text => PythonText.Length(text.Value),
            ListValue list => list.Items.Count,
            DictValue dict => dict.Count,
            Undefined => 0,
            _ => throw TemplateFailure.Runtime($"object of type '{Values.TypeName(value)}' has no len()"),
        });
    }

    public static object? Default(Evaluator evaluator, object? value, Arguments arguments)
    {
        object? @default = arguments.Expect("default", "default_value", "boolean").Get(0, "default_value", Text.Empty);
        return value is Undefined || (arguments.GetBool(1, "boolean", false) && !Values.IsTrue(value)) ? @default : value;
    }

    public static object? First(Evaluator evaluator, object? value, Arguments arguments) =>
        evaluator.Iterate(value) is { Count: > 0 } items ? items[0] : new Undefined("no first item, the sequence was empty");

    public static object? Last(Evaluator evaluator, object? value, Arguments arguments) =>
        evaluator.Iterate(value) is { Count: > 0 } items ? items[^1] : new Undefined("no last item, the sequence was empty");

    public static object? Reverse(Evaluator evaluator, object? value, Arguments arguments) => value is Text
        ? Slices.Take(evaluator, value, null, null, Values.Int(-1))
        : new ListValue([.. evaluator.Iterate(value).Reverse()]);

    public static object? Items(Evaluator evaluator, object? value, Arguments arguments)
    {
        if (value is Undefined)
        {
            return new ListValue([]);
        }

        DictValue dict = value as DictValue ?? throw TemplateFailure.Runtime("items needs a mapping");
        evaluator.Charge(dict.Count);
        return new ListValue([.. CollectionMethods.Pairs(dict)]);
    }

    public static object? Join(Evaluator evaluator, object? value, Arguments arguments)
    {
        Text separator = evaluator.ToText(arguments.Expect("join", "d", "attribute").Get(0, "d", Text.Empty));
        object? attribute = arguments.Get(1, "attribute", null);
        Text joined = Text.Empty;
        bool first = true;
        foreach (object? item in evaluator.Iterate(value))
        {
            Text part = evaluator.ToText(attribute is null ? item : Path(evaluator, item, attribute));
            joined = evaluator.Join(first ? joined : evaluator.Join(joined, separator), part);
            first = false;
        }

        return joined;
    }

    public static object? Sort(Evaluator evaluator, object? value, Arguments arguments)
    {
        arguments.Expect("sort", "reverse", "case_sensitive", "attribute");
        int sign = arguments.GetBool(0, "reverse", false) ? -1 : 1;
        bool caseSensitive = arguments.GetBool(1, "case_sensitive", false);
        object? attribute = arguments.Get(2, "attribute", null);
        var keyed = evaluator.Iterate(value).Select(item => (Item: item, Keys: Keys(evaluator, item, attribute, caseSensitive))).ToArray();
        return new ListValue([.. Sorting.Stable(keyed, (left, right) => sign * evaluator.Order(left.Keys, right.Keys)).Select(pair => pair.Item)]);
    }

    public static object? DictSort(Evaluator evaluator, object? value, Arguments arguments)
    {
        DictValue dict = value as DictValue ?? throw TemplateFailure.Runtime("dictsort needs a mapping");
        bool caseSensitive = arguments.Expect("dictsort", "case_sensitive", "by", "reverse").GetBool(0, "case_sensitive", false);
        string by = arguments.TryGet(1, "by", out _) ? arguments.NeedText(1, "by", "dictsort").Value : "key";
        int sign = arguments.GetBool(2, "reverse", false) ? -1 : 1;
        int position = by switch { "key" => 0, "value" => 1, _ => throw TemplateFailure.Runtime("dictsort sorts by 'key' or 'value'") };
        object?[] pairs = [.. CollectionMethods.Pairs(dict)];
        return new ListValue(Sorting.Stable(pairs, (left, right) =>
            sign * evaluator.Order(Folded(evaluator, ((ListValue)left!).Items[position], caseSensitive), Folded(evaluator, ((ListValue)right!).Items[position], caseSensitive))));
    }

    public static object? Unique(Evaluator evaluator, object? value, Arguments arguments)
    {
        bool caseSensitive = arguments.Expect("unique", "case_sensitive", "attribute").GetBool(0, "case_sensitive", false);
        object? attribute = arguments.Get(1, "attribute", null);
        var seen = new DictValue();
        var kept = new List<object?>();
        foreach (object? item in evaluator.Iterate(value))
        {
            object? key = Folded(evaluator, attribute is null ? item : Path(evaluator, item, attribute), caseSensitive);
            if (!seen.TryGet(key, out _))
            {
                seen.Set(key, true);
                kept.Add(item);
            }
        }

        return new ListValue(kept);
    }

    public static object? Max(Evaluator evaluator, object? value, Arguments arguments) => Extreme(evaluator, value, arguments.Expect("max", "case_sensitive", "attribute"), 1);

    public static object? Min(Evaluator evaluator, object? value, Arguments arguments) => Extreme(evaluator, value, arguments.Expect("min", "case_sensitive", "attribute"), -1);

    public static object? Sum(Evaluator evaluator, object? value, Arguments arguments)
    {
        object? attribute = arguments.Expect("sum", "attribute", "start").Get(0, "attribute", null);
        object? total = arguments.Get(1, "start", BigInteger.Zero);
        foreach (object? item in evaluator.Iterate(value))
        {
            total = Arithmetic.Apply(evaluator, "+", total, attribute is null ? item : Path(evaluator, item, attribute));
        }

        return total;
    }

    public static object? Batch(Evaluator evaluator, object? value, Arguments arguments)
    {
        int size = Values.ToInt(arguments.Expect("batch", "linecount", "fill_with").Need(0, "linecount", "batch"));
        object? fill = arguments.Get(1, "fill_with", null);
        IReadOnlyList<object?> items = evaluator.Iterate(value);
        if (size <= 0)
        {
            throw TemplateFailure.Runtime("batch needs a positive size");
        }

        var batches = new List<object?>();
        for (int start = 0; start < items.Count; start += size)
        {
            List<object?> batch = [.. items.Skip(start).Take(size)];
            if (fill is not null && batch.Count < size)
            {
                evaluator.Charge(size);
                batch.AddRange(Enumerable.Repeat(fill, size - batch.Count));
            }

            batches.Add(new ListValue(batch));
        }

        return new ListValue(batches);
    }

    public static object? Slice(Evaluator evaluator, object? value, Arguments arguments)
    {
        int count = Values.ToInt(arguments.Expect("slice", "slices", "fill_with").Need(0, "slices", "slice"));
        object? fill = arguments.Get(1, "fill_with", null);
        IReadOnlyList<object?> items = evaluator.Iterate(value);
        if (count <= 0)
        {
            throw TemplateFailure.Runtime("slice needs a positive number of slices");
        }

        evaluator.Charge(count);
        var slices = new List<object?>();
        (int size, int longer) = (items.Count / count, items.Count % count);
        int start = 0;
        for (int i = 0; i < count; i++)
        {
            int length = size + (i < longer ? 1 : 0);
            List<object?> part = [.. items.Skip(start).Take(length)];
            if (fill is not null && i >= longer)
            {
                part.Add(fill);
            }

            start += length;
            slices.Add(new ListValue(part));
        }

        return new ListValue(slices);
    }

    public static object? GroupBy(Evaluator evaluator, object? value, Arguments arguments)
    {
        object? attribute = arguments.Expect("groupby", "attribute", "default", "case_sensitive").Need(0, "attribute", "groupby");
        object? @default = arguments.Get(1, "default", null);
        bool caseSensitive = arguments.GetBool(2, "case_sensitive", false);
        var keyed = evaluator.Iterate(value).Select(item =>
        {
            object? key = Path(evaluator, item, attribute);
            key = key is Undefined && @default is not null ? @default : key;
            return (Item: item, Shown: key, Key: Folded(evaluator, key, caseSensitive));
        }).ToArray();
        keyed = Sorting.Stable(keyed, (left, right) => evaluator.Order(left.Key, right.Key));
        var groups = new List<object?>();
        for (int start = 0; start < keyed.Length;)
        {
            int end = start;
            while (end < keyed.Length && Values.AreEqual(keyed[end].Key, keyed[start].Key))
            {
                end++;
            }

            // A pair that can also be read by the names "grouper" and "list".
            var members = new ListValue([.. keyed[start..end].Select(entry => entry.Item)]);
            groups.Add(new ListValue([keyed[start].Shown, members], ListKind.Tuple) { Names = ["grouper", "list"] });
            start = end;
        }

        return new ListValue(groups);
    }

    /// <summary>Jinja's filter <c>attr</c>: the attribute, never an item.</summary>
    public static object? Attribute(object? value, string name, Evaluator evaluator)
    {
        object? found = value is DictValue dict && dict.TryGet(name, out _) && CollectionMethods.TryGet(dict, name) is null ? null : Members.Attribute(evaluator, value, name);
        return found ?? Undefined.Attribute(value, name);
    }

    /// <summary>What a dotted path of attributes and positions leads to.</summary>
    public static object? Path(Evaluator evaluator, object? item, object? path)
    {
        if (path is not Text text)
        {
            return Members.Item(evaluator, item, path);
        }

        foreach (string part in text.Value.Split('.'))
        {
            item = Members.Item(evaluator, item, int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? Values.Int(index) : Text.Of(part, trusted: true));
        }

        return item;
    }

    private static object? Extreme(Evaluator evaluator, object? value, Arguments arguments, int sign)
    {
        bool caseSensitive = arguments.GetBool(0, "case_sensitive", false);
        object? attribute = arguments.Get(1, "attribute", null);
        object? best = new Undefined("no aggregated item, the sequence was empty");
        object? bestKey = null;
        bool any = false;
        foreach (object? item in evaluator.Iterate(value))
        {
            object? key = Folded(evaluator, attribute is null ? item : Path(evaluator, item, attribute), caseSensitive);
            if (!any || evaluator.Order(key, bestKey) == sign)
            {
                (best, bestKey, any) = (item, key, true);
            }
        }

        return best;
    }

    // "a,b" sorts by a, then by b.
    private static ListValue Keys(Evaluator evaluator, object? item, object? attribute, bool caseSensitive)
    {
        IEnumerable<object?> keys = attribute switch
        {
            null => [item],
            Text text => text.Value.Split(',').Select(path => Path(evaluator, item, Text.Of(path, trusted: true))),
            _ => [Path(evaluator, item, attribute)],
        };
        return new ListValue([.. keys.Select(key => Folded(evaluator, key, caseSensitive))]);
    }

    private static object? Folded(Evaluator evaluator, object? key, bool caseSensitive)
    {
        evaluator.ChargeKey(key);
        if (caseSensitive || key is not Text text)
        {
            return key;
        }

        evaluator.Charge(text.Length / 64); // full case mapping costs many times what copying does
        return text.Derive(PythonText.Lower(text.Value));
    }
}
