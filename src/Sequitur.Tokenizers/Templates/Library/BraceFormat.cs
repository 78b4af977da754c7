using System.Globalization;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's <c>format.format(values)</c>: fields by position, number or name, with attributes, items, conversions and a specification.</summary>
internal static class BraceFormat
{
    public static Text Apply(Evaluator evaluator, Text format, Arguments arguments)
    {
        string pattern = format.Value;
        Text result = Text.Empty;
        int next = 0;
        int at = 0;
        while (at < pattern.Length)
        {
            int brace = pattern.AsSpan(at).IndexOfAny('{', '}');
            if (brace < 0)
            {
                break;
            }

            brace += at;
            result = evaluator.Join(result, format.Substring(at, brace - at));
            if (brace + 1 < pattern.Length && pattern[brace + 1] == pattern[brace])
            {
                result = evaluator.Join(result, format.Substring(brace, 1));
                at = brace + 2;
                continue;
            }

            int close = pattern.IndexOf('}', brace);
            if (pattern[brace] == '}' || close < 0)
            {
                throw TemplateFailure.Runtime("a single brace in a format string");
            }

            string field = pattern[(brace + 1)..close];
            result = evaluator.Join(result, Field(evaluator, field, arguments, ref next));
            at = close + 1;
        }

        return evaluator.Join(result, format.Substring(at));
    }

    private static Text Field(Evaluator evaluator, string field, Arguments arguments, ref int next)
    {
        if (field.Contains('{'))
        {
            throw new TemplateFailure(TemplateErrorKind.Unsupported, "format fields inside format fields are not supported");
        }

        int colon = field.IndexOf(':', StringComparison.Ordinal);
        string spec = colon < 0 ? "" : field[(colon + 1)..];
        string name = colon < 0 ? field : field[..colon];
        int bang = name.IndexOf('!', StringComparison.Ordinal);
        string conversion = bang < 0 ? "" : name[(bang + 1)..];
        object? value = Find(evaluator, bang < 0 ? name : name[..bang], arguments, ref next);
        if (conversion is "r" or "a")
        {
            var written = new System.Text.StringBuilder();
            bool trusted = true;
            Printing.Write(written, value, ref trusted, evaluator.Options.MaxCharacters);
            value = Text.Of(written.ToString(), trusted);
        }
        else if (conversion == "s")
        {
            value = evaluator.ToText(value);
        }

        Text shown = evaluator.ToText(value);
        return spec.Length == 0 ? shown : shown.Derive(Parse(evaluator, spec).Apply(value, () => shown));
    }

    private static object? Find(Evaluator evaluator, string name, Arguments arguments, ref int next)
    {
        int end = name.AsSpan().IndexOfAny('.', '[');
        string first = end < 0 ? name : name[..end];
        string rest = end < 0 ? "" : name[end..];
        object? value;
        if (first.Length == 0 || int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            int index = first.Length == 0 ? next++ : int.Parse(first, CultureInfo.InvariantCulture);
            value = index < arguments.Positional.Count ? arguments.Positional[index] : throw TemplateFailure.Runtime($"the format has no value {index}");
        }
        else
        {
            value = arguments.Named.TryGetValue(first, out object? named) ? named : throw TemplateFailure.Runtime($"the format has no value '{first}'");
        }

        while (rest.Length > 0)
        {
            bool isItem = rest[0] == '[';
            int close = isItem ? rest.IndexOf(']', StringComparison.Ordinal) : rest.AsSpan(1).IndexOfAny('.', '[') + 1;
            close = close <= 0 ? (isItem ? throw TemplateFailure.Runtime("a '[' is not closed in a format") : rest.Length) : close;
            string part = rest[1..close];
            rest = rest[(isItem ? close + 1 : close)..];
            value = isItem
                ? Members.Item(evaluator, value, int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? Values.Int(index) : Text.Of(part, trusted: true))
                : Members.Attribute(evaluator, value, part);
        }

        return value is Undefined undefined ? throw undefined.Failure() : value;
    }

    private static FormatSpec Parse(Evaluator evaluator, string text)
    {
        var spec = new FormatSpec();
        int at = 0;
        if (text.Length > 1 && "<>^=".Contains(text[1]))
        {
            spec = spec with { Fill = text[0], Align = text[1] };
            at = 2;
        }
        else if ("<>^=".Contains(text[0]))
        {
            spec = spec with { Align = text[0] };
            at = 1;
        }

        if (at < text.Length && "+- ".Contains(text[at]))
        {
            spec = spec with { Sign = text[at] == '-' ? '\0' : text[at] };
            at++;
        }

        if (at < text.Length && text[at] == '#')
        {
            spec = spec with { Alternate = true };
            at++;
        }

        if (at < text.Length && text[at] == '0' && spec.Align == '\0')
        {
            spec = spec with { Fill = '0', Align = '=' };
            at++;
        }

        spec = spec with { Width = PercentFormat.Number(text, ref at, 0) };
        evaluator.Charge(spec.Width / 64);
        if (at < text.Length && text[at] is ',' or '_')
        {
            spec = text[at] == ',' ? spec with { Grouped = true } : throw new TemplateFailure(TemplateErrorKind.Unsupported, "the format option '_' is not supported");
            at++;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            spec = spec with { Precision = PercentFormat.Number(text, ref at, 0) };
        }

        spec = at < text.Length ? spec with { Type = text[at++] } : spec;
        return at == text.Length ? spec : throw TemplateFailure.Runtime($"the format specification '{text}' is malformed");
    }
}
