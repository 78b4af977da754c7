namespace Sequitur.Tokenizers.Templates;

/// <summary>The methods of lists and mappings that change nothing.</summary>
internal static class CollectionMethods
{
    public static object? TryGet(ListValue list, string name) => name switch
    {
        "index" => new Function(name, (evaluator, arguments) => Index(evaluator, list, arguments.Expect(name, "value"))),
        "count" => new Function(name, (evaluator, arguments) => Count(evaluator, list, arguments.Expect(name, "value"))),
        "copy" when list.Kind == ListKind.List => new Function(name, (_, arguments) => arguments.Expect(name).Count == 0 ? list : null),
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when list.Kind == ListKind.List => Undefined.Forbidden(list, name),
        _ => null,
    };

    public static object? TryGet(DictValue dict, string name) => name switch
    {
        "keys" => new Function(name, (evaluator, arguments) => Listed(evaluator, arguments.Expect(name), dict, dict.Keys)),
        "values" => new Function(name, (evaluator, arguments) => Listed(evaluator, arguments.Expect(name), dict, dict.Entries.Select(entry => entry.Value))),
        "items" => new Function(name, (evaluator, arguments) => Listed(evaluator, arguments.Expect(name), dict, Pairs(dict))),
        "get" => new Function(name, (evaluator, arguments) => Get(evaluator, dict, arguments.Expect(name, "key", "default"))),
        "copy" => new Function(name, (_, arguments) => arguments.Expect(name).Count == 0 ? dict : null),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => Undefined.Forbidden(dict, name),
        _ => null,
    };

    /// <summary>The entries as tuples.</summary>
    public static IEnumerable<object?> Pairs(DictValue dict) => dict.Entries.Select(entry => new ListValue([entry.Key, entry.Value], ListKind.Tuple));

    private static object? Get(Evaluator evaluator, DictValue dict, Arguments arguments)
    {
        object? key = arguments.Need(0, "key", "get");
        evaluator.ChargeKey(key);
        return dict.TryGet(key, out object? value) ? value : arguments.Get(1, "default", null);
    }

    private static ListValue Listed(Evaluator evaluator, Arguments arguments, DictValue dict, IEnumerable<object?> items)
    {
        evaluator.Charge(dict.Count + arguments.Count);
        return new ListValue([.. items]);
    }

    private static object Index(Evaluator evaluator, ListValue list, Arguments arguments)
    {
        object? wanted = arguments.Need(0, "value", "index");
        evaluator.ChargeComparison(list, wanted);
        for (int i = 0; i < list.Items.Count; i++)
        {
            if (Values.AreEqual(list.Items[i], wanted))
            {
                return Values.Int(i);
            }
        }

        throw TemplateFailure.Runtime("the value is not in the list");
    }

    private static object Count(Evaluator evaluator, ListValue list, Arguments arguments)
    {
        object? wanted = arguments.Need(0, "value", "count");
        evaluator.ChargeComparison(list, wanted);
        return Values.Int(list.Items.Count(item => Values.AreEqual(item, wanted)));
    }
}
