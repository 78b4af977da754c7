using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>How Python writes one value in a format: sign, width, precision, presentation.</summary>
internal sealed record FormatSpec
{
    public char Fill { get; init; } = ' ';

    /// <summary><c>&lt;</c>, <c>&gt;</c>, <c>^</c>, <c>=</c> (fill after the sign), or none.</summary>
    public char Align { get; init; }

    /// <summary><c>+</c> or a space: what positive numbers begin with.</summary>
    public char Sign { get; init; }

    public bool Alternate { get; init; }

    public bool Grouped { get; init; }

    public int Width { get; init; }

    public int Precision { get; init; } = -1;

    /// <summary>The presentation (<c>d</c>, <c>f</c>, <c>s</c>, <c>x</c> …), or none.</summary>
    public char Type { get; init; }

    /// <summary>Writes a value; <paramref name="text"/> is what it prints as, used where the presentation is text.</summary>
    public string Apply(object? value, Func<Text> text)
    {
        if (Type is 's' or '\0' && !(value is BigInteger or double))
        {
            string shown = text().Value;
            return Pad("", Precision >= 0 && Precision < shown.Length ? Slices.TakeText(Text.Of(shown, false), null, Values.Int(Precision), null).Value : shown, '<');
        }

        if (!Values.IsNumber(value))
        {
            throw TemplateFailure.Runtime($"format '{Type}' needs a number, not {Values.TypeName(value)}");
        }

        bool isInteger = Values.TryInteger(value, out BigInteger integer);
        return Type switch
        {
            'd' or 'i' or 'u' or '\0' or 'n' when isInteger => Signed(integer.Sign < 0, Group(BigInteger.Abs(integer).ToString(CultureInfo.InvariantCulture))),
            'x' or 'X' or 'o' or 'b' when isInteger => Signed(integer.Sign < 0, Radix(BigInteger.Abs(integer))),
            'c' when isInteger && Rune.IsValid((int)BigInteger.Clamp(integer, -1, int.MaxValue)) => Pad("", new Rune((int)integer).ToString(), '<'),
            'f' or 'F' or 'e' or 'E' or 'g' or 'G' or '%' or '\0' => Float(Values.ToDouble(value)),
            _ => throw TemplateFailure.Runtime($"format '{Type}' does not fit a {Values.TypeName(value)}"),
        };
    }

    private string Float(double value)
    {
        bool negative = double.IsNegative(value) && !double.IsNaN(value);
        double magnitude = Math.Abs(value);
        int precision = Precision < 0 ? 6 : Math.Min(Precision, 1000);
        string digits = Type switch
        {
            'f' or 'F' => PythonNumbers.Fixed(magnitude, precision),
            '%' => PythonNumbers.Fixed(magnitude * 100, precision) + "%",
            'e' or 'E' => Scientific(magnitude, precision),
            'g' or 'G' => General(magnitude, Math.Max(precision, 1)),
            _ => Precision < 0 ? PythonNumbers.Repr(magnitude) : General(magnitude, Math.Max(precision, 1)),
        };
        return Signed(negative, Group(char.IsUpper(Type) ? digits.ToUpperInvariant() : digits));
    }

    private static string Scientific(double value, int precision)
    {
        string text = value.ToString("e" + precision, CultureInfo.InvariantCulture); // 1.5e+007
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        return mark < 0 ? text : $"{text[..(mark + 2)]}{text[(mark + 2)..].TrimStart('0').PadLeft(2, '0')}";
    }

    private static string General(double value, int precision)
    {
        string scientific = Scientific(value, precision - 1);
        int mark = scientific.IndexOf('e', StringComparison.Ordinal);
        if (mark < 0)
        {
            return scientific;
        }

        int exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent < -4 || exponent >= precision
            ? WithoutZeros(scientific[..mark]) + scientific[mark..]
            : WithoutZeros(PythonNumbers.Fixed(value, precision - 1 - exponent));
    }

    private static string WithoutZeros(string digits) => digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits;

    private string Radix(BigInteger value)
    {
        int radix = Type switch { 'o' => 8, 'b' => 2, _ => 16 };
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, "0123456789abcdef"[(int)(value % radix)]);
            value /= radix;
        }
        while (!value.IsZero);

        string text = (Alternate ? $"0{char.ToLowerInvariant(Type)}" : "") + digits;
        return Type == 'X' ? text.ToUpperInvariant() : text;
    }

    private string Group(string digits)
    {
        if (!Grouped)
        {
            return digits;
        }

        int end = 0;
        while (end < digits.Length && char.IsAsciiDigit(digits[end]))
        {
            end++;
        }

        for (int at = end - 3; at > 0; at -= 3)
        {
            digits = digits.Insert(at, ",");
        }

        return digits;
    }

    private string Signed(bool negative, string digits) => Pad(negative ? "-" : Sign == '\0' ? "" : Sign.ToString(), digits, '>');

    private string Pad(string sign, string body, char defaultAlign)
    {
        int missing = Width - PythonText.Length(body) - sign.Length;
        if (missing <= 0)
        {
            return sign + body;
        }

        return (Align == '\0' ? defaultAlign : Align) switch
        {
            '<' => sign + body + new string(Fill, missing),
            '^' => new string(Fill, missing / 2) + sign + body + new string(Fill, missing - missing / 2),
            '=' => sign + new string(Fill, missing) + body,
            _ => new string(Fill, missing) + sign + body,
        };
    }
}
