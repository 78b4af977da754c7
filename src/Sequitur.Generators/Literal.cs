using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sequitur.Generators;

/// <summary>Writes attribute arguments back as the expressions they came from: same type, same value.</summary>
internal static class Literal
{
    /// <summary>The expression that constructs an attribute with the arguments of its application.</summary>
    public static string Construct(AttributeData attribute)
    {
        var arguments = string.Join(", ", attribute.ConstructorArguments.Select(Of));
        var text = $"new {Names.Full(attribute.AttributeClass!)}({arguments})";
        if (attribute.NamedArguments.IsEmpty)
        {
            return text;
        }

        var named = attribute.NamedArguments.Select(argument => $"{Names.Escape(argument.Key)} = {Of(argument.Value)}");
        return $"{text} {{ {string.Join(", ", named)} }}";
    }

    private static string Of(TypedConstant constant)
    {
        // The cast keeps overload resolution on the constructor that the attribute was written with.
        if (constant.IsNull)
        {
            return $"({Names.Full(constant.Type!.WithNullableAnnotation(NullableAnnotation.Annotated))})null!";
        }

        return constant.Kind switch
        {
            TypedConstantKind.Array => $"new {Names.Full(constant.Type!)} {{ {string.Join(", ", constant.Values.Select(Of))} }}",
            TypedConstantKind.Enum => $"({Names.Full(constant.Type!)})({Primitive(constant.Value!)})",
            TypedConstantKind.Type => $"typeof({((ITypeSymbol)constant.Value!).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)})",
            _ => Primitive(constant.Value!),
        };
    }

    private static string Primitive(object value)
    {
        var invariant = CultureInfo.InvariantCulture;
        return value switch
        {
            string text => SymbolDisplay.FormatLiteral(text, quote: true),
            char character => SymbolDisplay.FormatLiteral(character, quote: true),
            bool boolean => boolean ? "true" : "false",
            int number => number.ToString(invariant),
            uint number => number.ToString(invariant) + "U",
            long number => number.ToString(invariant) + "L",
            ulong number => number.ToString(invariant) + "UL",
            byte number => $"(byte){number.ToString(invariant)}",
            sbyte number => $"(sbyte)({number.ToString(invariant)})",
            short number => $"(short)({number.ToString(invariant)})",
            ushort number => $"(ushort){number.ToString(invariant)}",
            float number => Real(number, "float", "F", number.ToString("G9", invariant)),
            double number => Real(number, "double", "D", number.ToString("G17", invariant)),
            _ => throw new NotSupportedException($"An attribute argument of type {value.GetType()} cannot be written back."),
        };
    }

    private static string Real(double value, string type, string suffix, string digits) =>
        double.IsNaN(value) ? type + ".NaN"
        : double.IsPositiveInfinity(value) ? type + ".PositiveInfinity"
        : double.IsNegativeInfinity(value) ? type + ".NegativeInfinity"
        // netstandard2.0's formatting loses the sign of zero.
        : value == 0 && BitConverter.DoubleToInt64Bits(value) < 0 ? "-0" + suffix
        : digits + suffix;
}
