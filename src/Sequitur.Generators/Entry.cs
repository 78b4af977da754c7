using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Sequitur.Generators;

/// <summary>One application of an attribute to a type that a registry could list: text only, so that equal code gives equal entries.</summary>
/// <param name="Attribute">The attribute's full name, which picks the registry.</param>
/// <param name="Name">The type's simple name, by which entries are sorted.</param>
/// <param name="Type">The type's full name.</param>
/// <param name="Order">Place among the type's attributes.</param>
/// <param name="Key">The expression that constructs the attribute anew.</param>
internal sealed record Entry(string Attribute, string Name, string Type, int Order, string Key)
{
    /// <summary>The attributes that stand on one declaration of a type (its other partial declarations give theirs).</summary>
    public static ImmutableArray<Entry> From(GeneratorSyntaxContext context, CancellationToken cancellation)
    {
        if (context.SemanticModel.GetDeclaredSymbol(context.Node, cancellation) is not INamedTypeSymbol type || !CanBeListed(type))
        {
            return [];
        }

        var entries = ImmutableArray.CreateBuilder<Entry>();
        var attributes = type.GetAttributes();
        for (var i = 0; i < attributes.Length; i++)
        {
            if (attributes[i] is { AttributeClass: not null, AttributeConstructor: not null } attribute && StandsOn(attribute, context.Node, cancellation))
            {
                entries.Add(new(Names.Full(attribute.AttributeClass), type.Name, Names.Full(type), i, Literal.Construct(attribute)));
            }
        }

        return entries.ToImmutable();
    }

    private static bool CanBeListed(INamedTypeSymbol type)
    {
        for (var outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.IsGenericType)
            {
                return false;
            }
        }

        return type is { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false, IsStatic: false };
    }

    private static bool StandsOn(AttributeData attribute, SyntaxNode declaration, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellation).Parent?.Parent == declaration;
}
