namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's <c>format % values</c>.</summary>
internal static class PercentFormat
{
    private const int MaxWidth = 10_000;

    public static Text Apply(Evaluator evaluator, Text format, object? values)
    {
        evaluator.ChargeText(format.Length);
        IReadOnlyList<object?> items = values is ListValue { Kind: ListKind.Tuple } tuple ? tuple.Items : [values];
        string pattern = format.Value;
        Text result = Text.Empty;
        int used = 0;
        int at = 0;
        while (at < pattern.Length)
        {
            int percent = pattern.IndexOf('%', at);
            if (percent < 0)
            {
                break;
            }

            result = evaluator.Join(result, format.Substring(at, percent - at));
            at = percent + 1;
            if (at < pattern.Length && pattern[at] == '%')
            {
                result = evaluator.Join(result, format.Substring(at++, 1));
                continue;
            }

            object? named = Key(pattern, ref at, values, out bool isNamed);
            FormatSpec spec = Spec(pattern, ref at);
            object? value = isNamed ? named : used < items.Count ? items[used++] : throw TemplateFailure.Runtime("not enough arguments for format string");
            result = evaluator.Join(result, One(evaluator, spec, value));
        }

        // A mapping, or one value that is no tuple, may go unused only where Python allows it.
        if (used < items.Count && values is not DictValue)
        {
            throw TemplateFailure.Runtime("not all arguments converted during string formatting");
        }

        return evaluator.Join(result, format.Substring(at));
    }

    private static Text One(Evaluator evaluator, FormatSpec spec, object? value)
    {
        evaluator.Charge(spec.Width / 64);
        bool isText = spec.Type is 's' or 'r' or 'a';
        Text shown = !isText ? Text.Empty : spec.Type == 's' ? evaluator.ToText(value) : Repr(evaluator, value);
        if (isText && spec.Width == 0 && spec.Precision < 0)
        {
            return shown;
        }

        object? number = spec.Type is 'd' or 'i' or 'u' && value is double fraction && double.IsFinite(fraction) ? new System.Numerics.BigInteger(fraction) : value;
        return isText
            ? shown.Derive((spec with { Type = 's', Align = spec.Align == '\0' ? '>' : spec.Align }).Apply(shown, () => shown))
            : Text.Of(spec.Apply(number, () => Text.Empty), trusted: true);
    }

    private static Text Repr(Evaluator evaluator, object? value)
    {
        var written = new System.Text.StringBuilder();
        bool trusted = true;
        Printing.Write(written, value, ref trusted, evaluator.Options.MaxCharacters);
        return Text.Of(written.ToString(), trusted);
    }

    // The "(name)" of a value that a mapping gives.
    private static object? Key(string pattern, ref int at, object? values, out bool isNamed)
    {
        isNamed = at < pattern.Length && pattern[at] == '(';
        if (!isNamed)
        {
            return null;
        }

        int close = pattern.IndexOf(')', at);
        if (close < 0 || values is not DictValue dict)
        {
            throw TemplateFailure.Runtime(close < 0 ? "incomplete format key" : "format requires a mapping");
        }

        string key = pattern[(at + 1)..close];
        at = close + 1;
        return dict.TryGet(key, out object? value) ? value : throw TemplateFailure.Runtime($"the mapping has no '{key}'");
    }

    private static FormatSpec Spec(string pattern, ref int at)
    {
        var spec = new FormatSpec();
        for (; at < pattern.Length && "-+ #0".Contains(pattern[at]); at++)
        {
            spec = pattern[at] switch
            {
                '-' => spec with { Align = '<', Fill = ' ' },
                '0' when spec.Align != '<' => spec with { Align = '=', Fill = '0' },
                '#' => spec with { Alternate = true },
                '0' => spec,
                _ => spec with { Sign = pattern[at] },
            };
        }

        spec = spec with { Width = Number(pattern, ref at, 0) };
        if (at < pattern.Length && pattern[at] == '.')
        {
            at++;
            spec = spec with { Precision = Number(pattern, ref at, 0) };
        }

        return at < pattern.Length && "sradiuxXofFeEgGc".Contains(pattern[at])
            ? spec with { Type = pattern[at++] }
            : throw TemplateFailure.Runtime(at < pattern.Length ? $"unsupported format character '{pattern[at]}'" : "incomplete format");
    }

    /// <summary>The digits at a place, as a number.</summary>
    public static int Number(string pattern, ref int at, int none)
    {
        int start = at;
        int number = 0;
        for (; at < pattern.Length && char.IsAsciiDigit(pattern[at]); at++)
        {
            number = number * 10 + pattern[at] - '0';
            if (number > MaxWidth)
            {
                throw new TemplateFailure(TemplateErrorKind.Limit, $"a format width is over {MaxWidth}");
            }
        }

        return at == start ? none : number;
    }
}
