using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Filters of texts; other values are printed first.</summary>
internal static class TextFilters
{
    /// <summary>The filter that is a string method under the same name.</summary>
    public static Filter Method(string name) => (evaluator, value, arguments) => evaluator.Invoke(StringMethods.TryGet(evaluator.ToText(value), name), arguments);

    // Jinja's own: words begin at white space, hyphens and opening brackets.
    public static object? Title(Evaluator evaluator, object? value, Arguments arguments)
    {
        Text text = evaluator.ToText(value);
        arguments.Expect("title");
        return text.Derive(PythonText.WordCase(text.Value, rune => rune.Value is '-' or '(' or '{' or '[' or '<' || (rune.IsBmp && PythonText.IsWhiteSpace((char)rune.Value))));
    }

    public static object? Trim(Evaluator evaluator, object? value, Arguments arguments)
    {
        object? characters = arguments.Expect("trim", "chars").Get(0, "chars", null);
        return StringMethods.Strip(evaluator.ToText(value), characters is null ? null : arguments.NeedText(0, "chars", "trim").Value, left: true, right: true);
    }

    public static object? Center(Evaluator evaluator, object? value, Arguments arguments) =>
        StringMethods.Pad(evaluator, evaluator.ToText(value), arguments.Expect("center", "width").GetInt(0, "width", 80), ' ', "center");

    public static object? Replace(Evaluator evaluator, object? value, Arguments arguments)
    {
        arguments.Expect("replace", "old", "new", "count");
        Text old = evaluator.ToText(arguments.Need(0, "old", "replace"));
        Text @new = evaluator.ToText(arguments.Need(1, "new", "replace"));
        return StringSplitting.Replace(evaluator, evaluator.ToText(value), new Arguments([old, @new, arguments.Get(2, "count", null)]));
    }

    public static object? Format(Evaluator evaluator, object? value, Arguments arguments)
    {
        var named = new DictValue();
        foreach ((string name, object? item) in arguments.Named)
        {
            named.Set(name, item);
        }

        return arguments.Positional.Count > 0 && named.Count > 0
            ? throw TemplateFailure.Runtime("format takes positional or keyword arguments, not both")
            : PercentFormat.Apply(evaluator, evaluator.ToText(value), named.Count > 0 ? named : new ListValue(arguments.Positional, ListKind.Tuple));
    }

    public static object? Indent(Evaluator evaluator, object? value, Arguments arguments)
    {
        Text text = evaluator.ToText(value);
        object? width = arguments.Expect("indent", "width", "first", "blank").Get(0, "width", Values.Int(4));
        Text indent = width as Text ?? Text.Of(new string(' ', Math.Clamp(Values.ToInt(width), 0, 1000)), trusted: true);
        bool first = arguments.GetBool(1, "first", false);
        bool blank = arguments.GetBool(2, "blank", false);
        Text newline = Text.Of("\n", trusted: true);
        List<(int Start, int Length, int EndLength)> lines = PythonText.Lines(text.Value + "\n");
        evaluator.Charge(lines.Count);
        Text result = Text.Empty;
        for (int i = 0; i < lines.Count; i++)
        {
            Text line = text.Substring(lines[i].Start, lines[i].Length);
            result = evaluator.Join(result, i == 0 ? Text.Empty : newline);
            bool indented = i == 0 ? first : blank || line.Length > 0;
            result = evaluator.Join(result, indented ? evaluator.Join(indent, line) : line);
        }

        return result;
    }

    public static object? Truncate(Evaluator evaluator, object? value, Arguments arguments)
    {
        Text text = evaluator.ToText(value);
        int length = arguments.Expect("truncate", "length", "killwords", "end", "leeway").GetInt(0, "length", 255);
        bool killWords = arguments.GetBool(1, "killwords", false);
        Text end = arguments.TryGet(2, "end", out _) ? arguments.NeedText(2, "end", "truncate") : Text.Of("...", trusted: true);
        int leeway = arguments.TryGet(3, "leeway", out object? given) && given is not null ? Values.ToInt(given) : 5;
        int endLength = PythonText.Length(end.Value);
        if (length < endLength || leeway < 0)
        {
            throw TemplateFailure.Runtime($"truncate needs a length of at least {endLength} and a leeway of at least 0");
        }

        if (PythonText.Length(text.Value) <= (long)length + leeway)
        {
            return text;
        }

        Text kept = Slices.TakeText(text, null, Values.Int(length - endLength), null);
        int space = killWords ? -1 : kept.Value.LastIndexOf(' ');
        return evaluator.Join(space >= 0 ? kept.Substring(0, space) : kept, end);
    }

    public static object? WordCount(Evaluator evaluator, object? value, Arguments arguments)
    {
        arguments.Expect("wordcount");
        int count = 0;
        bool inside = false;
        foreach (Rune rune in evaluator.ToText(value).Value.EnumerateRunes())
        {
            bool isWord = Rune.IsLetterOrDigit(rune) || rune.Value == '_';
            count += isWord && !inside ? 1 : 0;
            inside = isWord;
        }

        return Values.Int(count);
    }

    public static object? WordWrap(Evaluator evaluator, object? value, Arguments arguments)
    {
        Text text = evaluator.ToText(value);
        int width = Math.Max(1, arguments.Expect("wordwrap", "width", "break_long_words", "wrapstring", "break_on_hyphens").GetInt(0, "width", 79));
        bool breakLong = arguments.GetBool(1, "break_long_words", true);
        string newline = arguments.TryGet(2, "wrapstring", out object? wrap) && wrap is not null ? arguments.NeedText(2, "wrapstring", "wordwrap").Value : "\n";
        string[] lines = [.. PythonText.Lines(text.Value).SelectMany(line => Wrap(evaluator, text.Value.Substring(line.Start, line.Length), width, breakLong))];
        evaluator.ChargeText(lines.Sum(line => (long)line.Length + newline.Length));
        return text.Derive(string.Join(newline, lines));
    }

    public static object? StripTags(Evaluator evaluator, object? value, Arguments arguments)
    {
        Text text = evaluator.ToText(value);
        var kept = new StringBuilder();
        bool inside = false;
        foreach (char c in text.Value)
        {
            inside |= c == '<';
            kept.Append(inside ? "" : c.ToString());
            inside &= c != '>';
        }

        return text.Derive(string.Join(' ', kept.ToString().Split(PythonText.WhiteSpace.ToCharArray(), StringSplitOptions.RemoveEmptyEntries)));
    }

    public static object? Escape(Evaluator evaluator, object? value, Arguments arguments)
    {
        Text text = evaluator.ToText(value);
        return text.IsMarkup ? text : Escape(evaluator, text).AsMarkup();
    }

    public static object? ForceEscape(Evaluator evaluator, object? value, Arguments arguments) => Escape(evaluator, evaluator.ToText(value)).AsMarkup();

    /// <summary>The text with HTML's special characters replaced.</summary>
    public static Text Escape(Evaluator evaluator, Text text)
    {
        evaluator.ChargeText(text.Length + 5L * text.Value.AsSpan().CountAny("&<>'\""));
        return text.Derive(text.Value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal));
    }

    public static object? UrlEncode(Evaluator evaluator, object? value, Arguments arguments)
    {
        if (value is DictValue or ListValue)
        {
            throw new TemplateFailure(TemplateErrorKind.Unsupported, "the filter 'urlencode' is supported for texts only");
        }

        Text text = evaluator.ToText(value);
        evaluator.ChargeText(9L * text.Length); // three bytes a character, three characters a byte
        return text.Derive(Uri.EscapeDataString(text.Value).Replace("%2F", "/", StringComparison.Ordinal));
    }

    private static List<string> Wrap(Evaluator evaluator, string line, int width, bool breakLong)
    {
        var lines = new List<string>();
        var current = new StringBuilder();
        foreach (string word in line.Split(' '))
        {
            evaluator.Charge(1);
            if (current.Length > 0 && current.Length + 1 + word.Length <= width)
            {
                current.Append(' ').Append(word);
                continue;
            }

            if (current.Length > 0)
            {
                lines.Add(current.ToString());
                current.Clear();
            }

            int start = 0;
            for (; breakLong && word.Length - start > width; start += width)
            {
                evaluator.Charge(1);
                lines.Add(word.Substring(start, width));
            }

            current.Append(word, start, word.Length - start);
        }

        lines.Add(current.ToString());
        return lines;
    }
}
