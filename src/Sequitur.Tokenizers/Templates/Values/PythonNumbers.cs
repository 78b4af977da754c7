using System.Globalization;
using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's numbers as text, and back.</summary>
internal static class PythonNumbers
{
    /// <summary>The shortest text that reads back as the same number, with an exponent below 10⁻⁴ and from 10¹⁶ on.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        string scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        (string digits, int exponent) = Split(shortest);
        string sign = scientific[0] == '-' ? "-" : "";
        if (digits.Length == 0)
        {
            return sign + "0.0";
        }

        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return sign + "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0') + ".0"
            : sign + digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary>The number with so many decimals, rounded exactly and half to even.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
        {
            return Repr(value);
        }

        // value = mantissa · 2^exponent, so the scaled value is a fraction of integers.
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52 & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFF;
        mantissa = exponent == 0 ? mantissa : mantissa | 1L << 52;
        exponent = Math.Max(exponent, 1) - 1075;
        BigInteger scaled = mantissa * BigInteger.Pow(10, decimals);
        if (exponent >= 0)
        {
            scaled <<= exponent;
        }
        else
        {
            BigInteger one = BigInteger.One << -exponent;
            BigInteger quotient = BigInteger.DivRem(scaled, one, out BigInteger rest);
            int half = (rest << 1).CompareTo(one);
            scaled = half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
        }

        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string sign = bits < 0 ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>Reads an integer as Python's <c>int(text, radix)</c> does.</summary>
    public static bool TryParseInteger(string text, int radix, out BigInteger value)
    {
        value = BigInteger.Zero;
        text = text.Trim(PythonText.WhiteSpace.ToCharArray());
        bool negative = text.StartsWith('-');
        string digits = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        string prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        if (prefix.Length > 0 && digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..];
        }

        if (digits.Length is 0 or > 4300 || digits[0] == '_' || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (char digit in digits)
        {
            int number = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiLetter(digit) ? char.ToLowerInvariant(digit) - 'a' + 10 : 99;
            if (digit == '_')
            {
                continue;
            }

            if (number >= radix)
            {
                return false;
            }

            value = value * radix + number;
        }

        value = negative ? -value : value;
        return true;
    }

    /// <summary>Reads a number as Python's <c>float(text)</c> does.</summary>
    public static bool TryParseFloat(string text, out double value)
    {
        text = text.Trim(PythonText.WhiteSpace.ToCharArray());
        string bare = text.TrimStart('+', '-').ToLowerInvariant();
        if (bare is "inf" or "infinity" or "nan")
        {
            value = bare == "nan" ? double.NaN : text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text.Replace("_", "", StringComparison.Ordinal), Style, CultureInfo.InvariantCulture, out value);
    }

    // Digits without leading and trailing zeros, and the exponent of the first.
    private static (string Digits, int Exponent) Split(string number)
    {
        number = number.TrimStart('-');
        int mark = number.IndexOf('E', StringComparison.Ordinal);
        int exponent = mark < 0 ? 0 : int.Parse(number.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string plain = mark < 0 ? number : number[..mark];
        int point = plain.IndexOf('.', StringComparison.Ordinal);
        string digits = plain.Replace(".", "", StringComparison.Ordinal);
        exponent += (point < 0 ? digits.Length : point) - 1;
        int zeros = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent - zeros);
    }
}
