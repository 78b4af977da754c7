namespace Sequitur.Tokenizers.Templates;

/// <summary>Filters that apply a filter or a test to every item.</summary>
internal static class SelectionFilters
{
    public static object? Map(Evaluator evaluator, object? value, Arguments arguments)
    {
        IReadOnlyList<object?> items = Items(evaluator, value);
        var mapped = new List<object?>(items.Count);
        if (arguments.Positional.Count == 0)
        {
            arguments.Expect("map", "attribute", "default");
            object? path = arguments.Need(0, "attribute", "map");
            bool hasDefault = arguments.TryGet(1, "default", out object? @default);
            foreach (object? item in items)
            {
                object? found = ListFilters.Path(evaluator, item, path);
                mapped.Add(found is Undefined && hasDefault ? @default : found);
            }

            return new ListValue(mapped);
        }

        string name = arguments.NeedText(0, "filter", "map").Value;
        var rest = new Arguments([.. arguments.Positional.Skip(1)], arguments.Named);
        foreach (object? item in items)
        {
            evaluator.Charge(1);
            mapped.Add(evaluator.Filter(name, item, rest));
        }

        return new ListValue(mapped);
    }

    public static object? Select(Evaluator evaluator, object? value, Arguments arguments) => Choose(evaluator, value, arguments, byAttribute: false, keep: true);

    public static object? Reject(Evaluator evaluator, object? value, Arguments arguments) => Choose(evaluator, value, arguments, byAttribute: false, keep: false);

    public static object? SelectByAttribute(Evaluator evaluator, object? value, Arguments arguments) => Choose(evaluator, value, arguments, byAttribute: true, keep: true);

    public static object? RejectByAttribute(Evaluator evaluator, object? value, Arguments arguments) => Choose(evaluator, value, arguments, byAttribute: true, keep: false);

    // Jinja takes everything that is false, none included, for an empty sequence here.
    private static IReadOnlyList<object?> Items(Evaluator evaluator, object? value) => Values.IsTrue(value) ? evaluator.Iterate(value) : [];

    private static ListValue Choose(Evaluator evaluator, object? value, Arguments arguments, bool byAttribute, bool keep)
    {
        int at = byAttribute ? 1 : 0;
        object? path = byAttribute ? arguments.Need(0, "attribute", "selectattr") : null;
        string? test = arguments.Positional.Count > at ? arguments.NeedText(at, "test", "select").Value : null;
        var rest = new Arguments([.. arguments.Positional.Skip(at + 1)], arguments.Named);
        var kept = new List<object?>();
        foreach (object? item in Items(evaluator, value))
        {
            evaluator.Charge(1);
            object? subject = byAttribute ? ListFilters.Path(evaluator, item, path) : item;
            bool passes = test is null ? Values.IsTrue(subject) : evaluator.Test(test, subject, rest);
            if (passes == keep)
            {
                kept.Add(item);
            }
        }

        return new ListValue(kept);
    }
}
