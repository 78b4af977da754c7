using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>The escapes of Python's string literals.</summary>
internal static class StringEscapes
{
    /// <summary>The text that a literal's inside means; false for a malformed <c>\x</c>, <c>\u</c>, <c>\U</c> or <c>\N</c>.</summary>
    public static bool TryDecode(ReadOnlySpan<char> literal, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var decoded = new StringBuilder(literal.Length);
        for (int i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\' || i + 1 == literal.Length)
            {
                decoded.Append(literal[i]);
                continue;
            }

            char escape = literal[++i];
            int digits = escape switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits > 0)
            {
                if (i + digits >= literal.Length || !TryAppendHex(literal.Slice(i + 1, digits), decoded))
                {
                    return false;
                }

                i += digits;
            }
            else if (escape is >= '0' and <= '7')
            {
                int value = 0;
                int end = Math.Min(i + 3, literal.Length);
                for (; i < end && literal[i] is >= '0' and <= '7'; i++)
                {
                    value = value * 8 + literal[i] - '0';
                }

                i--;
                decoded.Append((char)value);
            }
            else if (escape == 'N')
            {
                return false; // Characters by their Unicode names: nobody writes them in templates.
            }
            else
            {
                AppendSimple(escape, decoded);
            }
        }

        text = decoded.ToString();
        return true;
    }

    private static void AppendSimple(char escape, StringBuilder decoded)
    {
        string meant = escape switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            '\\' or '\'' or '"' => escape.ToString(),
            '\n' => "",
            _ => "\\" + escape, // Python keeps the backslash of what is no escape.
        };
        decoded.Append(meant);
    }

    private static bool TryAppendHex(ReadOnlySpan<char> digits, StringBuilder decoded)
    {
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) || value is < 0 or > 0x10FFFF)
        {
            return false;
        }

        if (value <= 0xFFFF)
        {
            decoded.Append((char)value);
        }
        else
        {
            decoded.Append(char.ConvertFromUtf32(value));
        }

        return true;
    }
}
