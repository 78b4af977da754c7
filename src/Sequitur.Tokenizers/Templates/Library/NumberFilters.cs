using System.Globalization;
using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Filters that give numbers.</summary>
internal static class NumberFilters
{
    public static object? Abs(Evaluator evaluator, object? value, Arguments arguments)
    {
        arguments.Expect("abs");
        return Values.TryInteger(value, out BigInteger integer) ? BigInteger.Abs(integer) : Math.Abs(Values.ToDouble(value));
    }

    public static object? Float(Evaluator evaluator, object? value, Arguments arguments)
    {
        object? @default = arguments.Expect("float", "default").Get(0, "default", 0.0);
        return value switch
        {
            Text text => PythonNumbers.TryParseFloat(text.Value, out double number) ? number : @default,
            Undefined or BigInteger or bool or double => Values.ToDouble(value),
            _ => @default,
        };
    }

    public static object? Int(Evaluator evaluator, object? value, Arguments arguments)
    {
        object? @default = arguments.Expect("int", "default", "base").Get(0, "default", BigInteger.Zero);
        int radix = arguments.GetInt(1, "base", 10);
        switch (value)
        {
            case Undefined undefined:
                throw undefined.Failure();
            case Text text:
                if (PythonNumbers.TryParseInteger(text.Value, radix, out BigInteger parsed))
                {
                    return parsed;
                }

                return PythonNumbers.TryParseFloat(text.Value, out double number) && double.IsFinite(number) ? new BigInteger(number) : @default;
            case double fraction:
                return double.IsFinite(fraction) ? new BigInteger(fraction) : @default;
            default:
                return Values.TryInteger(value, out BigInteger integer) ? integer : @default;
        }
    }

    public static object? Round(Evaluator evaluator, object? value, Arguments arguments)
    {
        int precision = arguments.Expect("round", "precision", "method").GetInt(0, "precision", 0);
        string method = arguments.TryGet(1, "method", out _) ? arguments.NeedText(1, "method", "round").Value : "common";
        if (Math.Abs((long)precision) > 300 || method is not ("common" or "ceil" or "floor"))
        {
            throw TemplateFailure.Runtime("round() needs a precision within 300 digits, and 'common', 'ceil' or 'floor'");
        }

        double scale = double.Parse("1e" + precision, CultureInfo.InvariantCulture);
        if (method != "common")
        {
            double scaled = Values.ToDouble(value) * scale;
            return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale;
        }

        if (Values.TryInteger(value, out BigInteger integer))
        {
            return precision >= 0 ? integer : RoundToTens(integer, -precision);
        }

        double number = Values.ToDouble(value);
        return precision >= 0 && double.IsFinite(number)
            ? double.Parse(PythonNumbers.Fixed(number, precision), CultureInfo.InvariantCulture)
            : Math.Round(number * scale, MidpointRounding.ToEven) / scale;
    }

    public static object? FileSize(Evaluator evaluator, object? value, Arguments arguments)
    {
        bool binary = arguments.Expect("filesizeformat", "binary").GetBool(0, "binary", false);
        double bytes = value is Text text && PythonNumbers.TryParseFloat(text.Value, out double number) ? number : Values.ToDouble(value);
        double step = binary ? 1024 : 1000;
        if (bytes < step)
        {
            return Text.Of(bytes == 1 ? "1 Byte" : $"{new BigInteger(bytes)} Bytes", trusted: true);
        }

        string[] units = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        int unit = 0;
        for (bytes /= step; bytes >= step && unit < units.Length - 1; bytes /= step)
        {
            unit++;
        }

        return Text.Of($"{PythonNumbers.Fixed(bytes, 1)} {units[unit]}", trusted: true);
    }

    private static BigInteger RoundToTens(BigInteger value, int digits)
    {
        BigInteger scale = BigInteger.Pow(10, digits);
        BigInteger quotient = BigInteger.DivRem(BigInteger.Abs(value), scale, out BigInteger rest);
        int half = (rest * 2).CompareTo(scale);
        quotient += half > 0 || (half == 0 && !quotient.IsEven) ? 1 : 0;
        return quotient * scale * value.Sign;
    }
}
