namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's methods that cut strings apart, and <c>replace</c>, which cuts and joins.</summary>
internal static class StringSplitting
{
    public static object? Split(Evaluator evaluator, Text text, Arguments arguments) => Split(evaluator, text, arguments.Expect("split", "sep", "maxsplit"), fromRight: false);

    public static object? SplitFromRight(Evaluator evaluator, Text text, Arguments arguments) => Split(evaluator, text, arguments.Expect("rsplit", "sep", "maxsplit"), fromRight: true);

    public static object? SplitLines(Evaluator evaluator, Text text, Arguments arguments)
    {
        bool keepEnds = arguments.Expect("splitlines", "keepends").GetBool(0, "keepends", false);
        var lines = PythonText.Lines(text.Value);
        evaluator.Charge(lines.Count);
        return new ListValue([.. lines.Select(line => text.Substring(line.Start, line.Length + (keepEnds ? line.EndLength : 0)))]);
    }

    public static object? Partition(Evaluator evaluator, Text text, Arguments arguments)
    {
        Text separator = arguments.Expect("partition", "sep").NeedText(0, "sep", "partition");
        int at = TextSearch.IndexOf(text.Value, NotEmpty(separator));
        return Tuple(at < 0 ? [text, Text.Empty, Text.Empty] : [text.Substring(0, at), separator, text.Substring(at + separator.Length)]);
    }

    public static object? PartitionFromRight(Evaluator evaluator, Text text, Arguments arguments)
    {
        Text separator = arguments.Expect("rpartition", "sep").NeedText(0, "sep", "rpartition");
        int at = TextSearch.LastIndexOf(text.Value, NotEmpty(separator));
        return Tuple(at < 0 ? [Text.Empty, Text.Empty, text] : [text.Substring(0, at), separator, text.Substring(at + separator.Length)]);
    }

    /// <summary>Every (or the first so many) occurrence replaced; what is kept keeps its trust, and so does the replacement.</summary>
    public static Text Replace(Evaluator evaluator, Text text, Arguments arguments)
    {
        Text old = arguments.NeedText(0, "old", "replace");
        Text @new = arguments.NeedText(1, "new", "replace");
        int most = arguments.TryGet(2, "count", out object? count) && count is not null ? Values.ToInt(count) : -1;
        if (old.Length == 0)
        {
            return Intersperse(evaluator, text, @new, most);
        }

        Text result = Text.Empty;
        int done = 0;
        for (int at = TextSearch.IndexOf(text.Value, old.Value); at >= 0 && most != 0; most--)
        {
            evaluator.Charge(1);
            result = evaluator.Join(evaluator.Join(result, text.Substring(done, at - done)), @new);
            done = at + old.Length;
            at = TextSearch.IndexOf(text.Value, old.Value, done);
        }

        return done == 0 ? text : evaluator.Join(result, text.Substring(done));
    }

    private static Text Intersperse(Evaluator evaluator, Text text, Text between, int most)
    {
        Text result = Text.Empty;
        foreach (object? character in evaluator.Iterate(text))
        {
            result = evaluator.Join(most-- != 0 ? evaluator.Join(result, between) : result, (Text)character!);
            most = Math.Max(most, -1);
        }

        return most != 0 ? evaluator.Join(result, between) : result;
    }

    private static ListValue Split(Evaluator evaluator, Text text, Arguments arguments, bool fromRight)
    {
        object? separator = arguments.Get(0, "sep", null);
        int most = arguments.GetInt(1, "maxsplit", -1);
        if (separator is not (null or Text))
        {
            throw TemplateFailure.Runtime($"split() needs a string or none, not {Values.TypeName(separator)}");
        }

        List<(int Start, int End)> cuts = separator is Text mark ? Marks(evaluator, text.Value, NotEmpty(mark)) : Gaps(evaluator, text.Value);
        if (most >= 0 && cuts.Count > most)
        {
            cuts = fromRight ? cuts[^most..] : cuts[..most];
        }

        var parts = new List<object?>();
        int start = 0;
        foreach ((int cut, int end) in cuts)
        {
            parts.Add(text.Substring(start, cut - start));
            start = end;
        }

        parts.Add(text.Substring(start));
        return new ListValue(separator is null ? Trimmed(parts, text) : parts);
    }

    // Without a separator, white space at the ends makes no parts; it may still stand at the ends of the outermost ones.
    private static List<object?> Trimmed(List<object?> parts, Text text)
    {
        if (StringMethods.Strip(text, null, left: true, right: true).Length == 0)
        {
            return [];
        }

        parts[0] = StringMethods.Strip((Text)parts[0]!, null, left: true, right: false);
        parts[^1] = StringMethods.Strip((Text)parts[^1]!, null, left: false, right: true);
        return parts;
    }

    private static List<(int Start, int End)> Marks(Evaluator evaluator, string text, string mark)
    {
        var cuts = new List<(int, int)>();
        for (int at = TextSearch.IndexOf(text, mark); at >= 0; at = TextSearch.IndexOf(text, mark, at + mark.Length))
        {
            evaluator.Charge(1);
            cuts.Add((at, at + mark.Length));
        }

        return cuts;
    }

    // Runs of white space inside the text, those at its ends left out.
    private static List<(int Start, int End)> Gaps(Evaluator evaluator, string text)
    {
        int first = text.Length - text.AsSpan().TrimStart(PythonText.WhiteSpace).Length;
        int last = text.AsSpan().TrimEnd(PythonText.WhiteSpace).Length;
        var cuts = new List<(int, int)>();
        for (int i = first; i < last; i++)
        {
            if (!PythonText.IsWhiteSpace(text[i]))
            {
                continue;
            }

            evaluator.Charge(1);
            int start = i;
            while (PythonText.IsWhiteSpace(text[i]))
            {
                i++;
            }

            cuts.Add((start, i));
        }

        return cuts;
    }

    private static ListValue Tuple(IReadOnlyList<object?> items) => new(items, ListKind.Tuple);

    private static string NotEmpty(Text separator) => separator.Length > 0 ? separator.Value : throw TemplateFailure.Runtime("empty separator");
}
