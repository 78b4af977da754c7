using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's arithmetic operators.</summary>
internal static class Arithmetic
{
    private const long MaxBits = 1 << 14; // about as many digits as Python prints

    public static object? Negate(object? value, bool isPlus)
    {
        if (value is double number)
        {
            return isPlus ? number : -number;
        }

        if (Values.TryInteger(value, out BigInteger integer))
        {
            return isPlus ? integer : -integer;
        }

        throw value is Undefined undefined ? undefined.Failure() : TemplateFailure.Runtime($"bad operand type for unary {(isPlus ? '+' : '-')}: '{Values.TypeName(value)}'");
    }

    public static object? Apply(Evaluator evaluator, string @operator, object? left, object? right)
    {
        if (left is Undefined missing)
        {
            throw missing.Failure();
        }

        // A text or list on the left decides first, as in Python: its own error wins over that of a missing right side.
        switch (@operator, left, right)
        {
            case ("+", Text a, Text b) when a.IsMarkup || b.IsMarkup:
                return evaluator.Join(a.IsMarkup ? a : TextFilters.Escape(evaluator, a), b.IsMarkup ? b : TextFilters.Escape(evaluator, b)).AsMarkup();
            case ("+", Text a, Text b):
                return evaluator.Join(a, b);
            case ("+", ListValue a, ListValue b) when a.Kind == b.Kind && a.Kind != ListKind.Range:
                evaluator.Charge(a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items], a.Kind);
            case ("%", Text format, _):
                return PercentFormat.Apply(evaluator, format, right);
            case (_, _, Undefined undefined):
                throw undefined.Failure();
            case ("*", Text or ListValue, _) when Values.TryInteger(right, out BigInteger times):
                return Repeat(evaluator, left!, times);
            case ("*", _, Text or ListValue) when Values.TryInteger(left, out BigInteger times):
                return Repeat(evaluator, right!, times);
            case ("+", Text, _):
                throw TemplateFailure.Runtime($"can only concatenate str (not \"{Values.TypeName(right)}\") to str");
            case ("+", ListValue a, _):
                throw TemplateFailure.Runtime($"can only concatenate {Values.TypeName(a)} (not \"{Values.TypeName(right)}\") to {Values.TypeName(a)}");
        }

        if (!Values.IsNumber(left) || !Values.IsNumber(right))
        {
            throw TemplateFailure.Runtime($"unsupported operand type(s) for {@operator}: '{Values.TypeName(left)}' and '{Values.TypeName(right)}'");
        }

        return Values.TryInteger(left, out BigInteger x) && Values.TryInteger(right, out BigInteger y)
            ? Integers(@operator, x, y)
            : Floats(@operator, Values.ToDouble(left), Values.ToDouble(right));
    }

    private static object Repeat(Evaluator evaluator, object value, BigInteger times)
    {
        int count = (int)BigInteger.Clamp(times, 0, int.MaxValue);
        if (value is Text text)
        {
            evaluator.ChargeText((long)text.Length * count);
            evaluator.Charge(count);
            Text repeated = Text.Empty;
            for (int i = 0; i < count && text.Length > 0; i++)
            {
                repeated = Text.Join(repeated, text);
            }

            return repeated;
        }

        var list = (ListValue)value;
        evaluator.Charge((long)list.Items.Count * count);
        return new ListValue([.. Enumerable.Repeat(list.Items, list.Items.Count == 0 ? 0 : count).SelectMany(items => items)], list.Kind);
    }

    private static object Integers(string @operator, BigInteger left, BigInteger right)
    {
        switch (@operator)
        {
            case "+":
                return Bounded(left + right);
            case "-":
                return Bounded(left - right);
            case "*":
                return Bounded(left * right);
            case "/":
                return right.IsZero ? throw DivisionByZero() : (double)left / (double)right;
            case "//" or "%":
                if (right.IsZero)
                {
                    throw DivisionByZero();
                }

                BigInteger quotient = BigInteger.DivRem(left, right, out BigInteger rest);
                bool floor = !rest.IsZero && rest.Sign != right.Sign;
                return @operator == "//" ? (floor ? quotient - 1 : quotient) : (floor ? rest + right : rest);
            default:
                return right.Sign < 0 ? Floats("**", (double)left, (double)right) : Power(left, right);
        }
    }

    private static object Floats(string @operator, double left, double right)
    {
        switch (@operator)
        {
            case "+":
                return left + right;
            case "-":
                return left - right;
            case "*":
                return left * right;
            case "/" or "//" or "%" when right == 0:
                throw DivisionByZero();
            case "/":
                return left / right;
            case "//":
                return Math.Floor(left / right);
            case "%":
                double rest = left % right;
                return rest != 0 && rest < 0 != right < 0 ? rest + right : rest;
            default:
                return Power(left, right);
        }
    }

    private static object Power(BigInteger @base, BigInteger exponent)
    {
        if (@base.IsOne || @base.IsZero || @base == BigInteger.MinusOne)
        {
            return exponent.IsZero || @base.IsOne ? BigInteger.One : @base.IsZero ? BigInteger.Zero : exponent.IsEven ? BigInteger.One : @base;
        }

        return exponent * @base.GetBitLength() > MaxBits ? throw TooLarge() : BigInteger.Pow(@base, (int)exponent);
    }

    // By repeated squaring; templates have no use for roots.
    private static object Power(double @base, double exponent)
    {
        if (exponent != Math.Floor(exponent) || Math.Abs(exponent) > 1 << 20)
        {
            throw new TemplateFailure(TemplateErrorKind.Unsupported, "powers with a fractional or huge exponent are not supported");
        }

        double result = 1;
        double factor = @base;
        for (int rest = (int)Math.Abs(exponent); rest > 0; rest >>= 1)
        {
            result = (rest & 1) == 1 ? result * factor : result;
            factor *= factor;
        }

        return exponent >= 0 ? result : result == 0 ? throw DivisionByZero() : 1 / result;
    }

    private static BigInteger Bounded(BigInteger value) => value.GetBitLength() > MaxBits ? throw TooLarge() : value;

    private static TemplateFailure DivisionByZero() => TemplateFailure.Runtime("division by zero");

    private static TemplateFailure TooLarge() => new(TemplateErrorKind.Limit, $"an integer has more than {MaxBits} bits");
}
