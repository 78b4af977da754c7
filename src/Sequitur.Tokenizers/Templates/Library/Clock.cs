using System.Globalization;
using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>The function <c>strftime_now</c>, with the time that the caller gave.</summary>
internal static class Clock
{
    public static Text Format(Evaluator evaluator, Text format)
    {
        DateTime now = evaluator.Options.Now ?? throw new TemplateFailure(TemplateErrorKind.Unsupported,
            "'strftime_now' is refused: the prompt would change with the clock (give the time as an option)");
        var result = new StringBuilder();
        string pattern = format.Value;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                result.Append(pattern[i]);
                continue;
            }

            i++;
            bool unpadded = pattern[i] == '-' && i + 1 < pattern.Length;
            string part = Part(now, unpadded ? pattern[++i] : pattern[i]);
            result.Append(unpadded ? part.TrimStart('0') is { Length: > 0 } rest ? rest : "0" : part);
        }

        return format.Derive(result.ToString());
    }

    private static string Part(DateTime now, char directive)
    {
        string? format = directive switch
        {
            'a' => "ddd",
            'A' => "dddd",
            'b' or 'h' => "MMM",
            'B' => "MMMM",
            'd' => "dd",
            'm' => "MM",
            'y' => "yy",
            'Y' => "yyyy",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'f' => "ffffff",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            'R' => "HH:mm",
            'D' => "MM/dd/yy",
            _ => null,
        };
        return format is not null
            ? now.ToString(format.Length == 1 ? "%" + format : format, CultureInfo.InvariantCulture)
            : directive switch
            {
                'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
                'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
                'u' => ((int)now.DayOfWeek == 0 ? 7 : (int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
                'Z' or 'z' => "",
                'n' => "\n",
                't' => "\t",
                '%' => "%",
                _ => throw new TemplateFailure(TemplateErrorKind.Unsupported, $"strftime_now's directive '%{directive}' is not supported"),
            };
    }
}
