using System.Diagnostics.CodeAnalysis;

namespace Sequitur.Tokenizers.Templates;

internal delegate object? Filter(Evaluator evaluator, object? value, Arguments arguments);

/// <summary>The filters by their names; what they do stands in the files by kind of value.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> s_all = new(StringComparer.Ordinal)
    {
        ["abs"] = NumberFilters.Abs,
        ["float"] = NumberFilters.Float,
        ["int"] = NumberFilters.Int,
        ["round"] = NumberFilters.Round,
        ["filesizeformat"] = NumberFilters.FileSize,

        ["capitalize"] = TextFilters.Method("capitalize"),
        ["lower"] = TextFilters.Method("lower"),
        ["upper"] = TextFilters.Method("upper"),
        ["title"] = TextFilters.Title,
        ["trim"] = TextFilters.Trim,
        ["center"] = TextFilters.Center,
        ["replace"] = TextFilters.Replace,
        ["format"] = TextFilters.Format,
        ["indent"] = TextFilters.Indent,
        ["truncate"] = TextFilters.Truncate,
        ["wordcount"] = TextFilters.WordCount,
        ["wordwrap"] = TextFilters.WordWrap,
        ["striptags"] = TextFilters.StripTags,
        ["urlencode"] = TextFilters.UrlEncode,
        ["e"] = TextFilters.Escape,
        ["escape"] = TextFilters.Escape,
        ["forceescape"] = TextFilters.ForceEscape,
        ["safe"] = (evaluator, value, _) => evaluator.ToText(value).AsMarkup(),
        ["string"] = (evaluator, value, _) => evaluator.ToText(value),
        ["tojson"] = Json.Dump,

        ["attr"] = (evaluator, value, arguments) => ListFilters.Attribute(value, arguments.Expect("attr", "name").NeedText(0, "name", "attr").Value, evaluator),
        ["batch"] = ListFilters.Batch,
        ["slice"] = ListFilters.Slice,
        ["count"] = ListFilters.Length,
        ["length"] = ListFilters.Length,
        ["d"] = ListFilters.Default,
        ["default"] = ListFilters.Default,
        ["dictsort"] = ListFilters.DictSort,
        ["first"] = ListFilters.First,
        ["last"] = ListFilters.Last,
        ["groupby"] = ListFilters.GroupBy,
        ["items"] = ListFilters.Items,
        ["join"] = ListFilters.Join,
        ["list"] = (evaluator, value, _) => new ListValue(evaluator.Iterate(value)),
        ["max"] = ListFilters.Max,
        ["min"] = ListFilters.Min,
        ["reverse"] = ListFilters.Reverse,
        ["sort"] = ListFilters.Sort,
        ["sum"] = ListFilters.Sum,
        ["unique"] = ListFilters.Unique,

        ["map"] = SelectionFilters.Map,
        ["select"] = SelectionFilters.Select,
        ["reject"] = SelectionFilters.Reject,
        ["selectattr"] = SelectionFilters.SelectByAttribute,
        ["rejectattr"] = SelectionFilters.RejectByAttribute,

        ["random"] = Refused("random", "it would make a different prompt each time"),
        ["pprint"] = Refused("pprint", "its layout is Python's own"),
        ["urlize"] = Refused("urlize", "it makes HTML"),
        ["xmlattr"] = Refused("xmlattr", "it makes HTML"),
    };

    public static bool Exists(string name) => s_all.ContainsKey(name);

    public static bool TryGet(string name, [NotNullWhen(true)] out Filter? filter) => s_all.TryGetValue(name, out filter);

    private static Filter Refused(string name, string why) => (_, _, _) =>
        throw new TemplateFailure(TemplateErrorKind.Unsupported, $"the filter '{name}' is not supported: {why}");
}
