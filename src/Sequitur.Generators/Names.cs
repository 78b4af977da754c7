using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sequitur.Generators;

/// <summary>How symbols are written in generated code.</summary>
internal static class Names
{
    private static readonly SymbolDisplayFormat _nullable =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>The name that means the same everywhere: <c>global::Space.Type</c>, question marks of references included.</summary>
    public static string Full(ITypeSymbol type) => type.ToDisplayString(_nullable);

    /// <summary>An identifier, escaped where it is a keyword.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
}
