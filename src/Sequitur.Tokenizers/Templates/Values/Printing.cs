using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal static class Printing
{
    /// <summary>What printing the value writes. Numbers and booleans count as written by the template: no text can hide in them.</summary>
    public static Text ToText(object? value, int mostCharacters)
    {
        switch (value)
        {
            case Text text:
                return text;
            case Undefined:
                return Text.Empty;
            default:
                var written = new StringBuilder();
                bool trusted = true;
                Write(written, value, ref trusted, mostCharacters);
                return Text.Of(written.ToString(), trusted);
        }
    }

    /// <summary>Appends Python's <c>repr</c>; <paramref name="trusted"/> becomes false if text from the conversation is in it.</summary>
    public static void Write(StringBuilder to, object? value, ref bool trusted, int mostCharacters)
    {
        if (to.Length > mostCharacters)
        {
            throw new TemplateFailure(TemplateErrorKind.Limit, $"a value prints as more than {mostCharacters} characters");
        }

        switch (value)
        {
            case null:
                to.Append("None");
                break;
            case bool truth:
                to.Append(truth ? "True" : "False");
                break;
            case BigInteger number:
                to.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                to.Append(PythonNumbers.Repr(number));
                break;
            case Text text:
                trusted &= text.IsTrusted;
                WriteQuoted(to, text.Value);
                break;
            case ListValue { RangeText: { } range }:
                to.Append(range);
                break;
            case ListValue list:
                WriteList(to, list, ref trusted, mostCharacters);
                break;
            case DictValue dict:
                WriteDict(to, dict, ref trusted, mostCharacters);
                break;
            case Undefined:
                to.Append("Undefined");
                break;
            default:
                to.Append(CultureInfo.InvariantCulture, $"<{Values.TypeName(value)}>");
                break;
        }
    }

    private static void WriteList(StringBuilder to, ListValue list, ref bool trusted, int mostCharacters)
    {
        bool isTuple = list.Kind == ListKind.Tuple;
        to.Append(isTuple ? '(' : '[');
        for (int i = 0; i < list.Items.Count; i++)
        {
            to.Append(i > 0 ? ", " : "");
            Write(to, list.Items[i], ref trusted, mostCharacters);
        }

        to.Append(isTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
    }

    private static void WriteDict(StringBuilder to, DictValue dict, ref bool trusted, int mostCharacters)
    {
        to.Append('{');
        bool first = true;
        foreach ((object? key, object? value) in dict.Entries)
        {
            to.Append(first ? "" : ", ");
            first = false;
            Write(to, key, ref trusted, mostCharacters);
            to.Append(": ");
            Write(to, value, ref trusted, mostCharacters);
        }

        to.Append('}');
    }

    // Single quotes, unless the text has single but no double ones; what does not print is escaped.
    private static void WriteQuoted(StringBuilder to, string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        to.Append(quote);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == quote || c == '\\')
            {
                to.Append('\\').Append(c);
            }
            else if (c is '\n' or '\r' or '\t')
            {
                to.Append(c switch { '\n' => "\\n", '\r' => "\\r", _ => "\\t" });
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
            {
                WriteRune(to, new Rune(c, text[++i]));
            }
            else if (Rune.TryCreate(c, out Rune rune))
            {
                WriteRune(to, rune);
            }
            else
            {
                to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
        }

        to.Append(quote);
    }

    private static void WriteRune(StringBuilder to, Rune rune)
    {
        bool prints = rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
        if (prints)
        {
            to.Append(rune.ToString());
            return;
        }

        to.Append(rune.Value switch
        {
            <= 0xFF => $"\\x{rune.Value:x2}",
            <= 0xFFFF => $"\\u{rune.Value:x4}",
            _ => $"\\U{rune.Value:x8}",
        });
    }
}
