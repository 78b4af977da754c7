using System.Globalization;
using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Constants as a template spells them.</summary>
internal static class Literals
{
    private const int MostDigits = 4300; // Python's own limit for converting a text to an integer

    /// <summary>The value of a name that is a constant.</summary>
    public static bool TryName(string name, out object? value)
    {
        value = name switch
        {
            "true" or "True" => true,
            "false" or "False" => false,
            _ => null,
        };
        return value is not null || name is "none" or "None";
    }

    /// <summary>The value of an integer or float token.</summary>
    /// <exception cref="TemplateException">It is no number, or has too many digits.</exception>
    public static object Number(Token token)
    {
        string text = token.Value;
        if (text.Length > MostDigits)
        {
            throw new TemplateException(TemplateErrorKind.Limit, $"a number has more than {MostDigits} digits", token.Line);
        }

        if (token.Kind == TokenKind.Float)
        {
            return double.Parse(text, CultureInfo.InvariantCulture);
        }

        int radix = text.Length < 2 ? 10 : char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        return PythonNumbers.TryParseInteger(radix == 10 ? text : text[2..], radix, out BigInteger value)
            ? value
            : throw new TemplateException(TemplateErrorKind.Syntax, $"'{text}' is not a number", token.Line);
    }
}
