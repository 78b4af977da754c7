namespace Sequitur.Cli.Graphs;

/// <summary>What kind of work an operation is: a colour of the picture, with a word in its legend.</summary>
/// <param name="Style">The name of its colour.</param>
/// <param name="Word">What the legend says.</param>
internal sealed record OperationKind(string Style, string Word)
{
    private static readonly OperationKind Norm = new("k-norm", "norm");
    private static readonly OperationKind Product = new("k-product", "product with weights");
    private static readonly OperationKind Attention = new("k-attention", "attention and recurrence");
    private static readonly OperationKind Cache = new("k-cache", "cache");
    private static readonly OperationKind Encoding = new("k-encoding", "encoding as 8-bit integers");
    private static readonly OperationKind Lookup = new("k-lookup", "rows chosen or rearranged");
    private static readonly OperationKind Other = new("k-element", "elementwise");

    /// <summary>All kinds, in the order of the legend.</summary>
    public static IReadOnlyList<OperationKind> All { get; } = [Norm, Product, Attention, Cache, Encoding, Other, Lookup];

    /// <summary>The kinds of an operation's parts, one after the other: of a fused one each part's.</summary>
    public static IReadOnlyList<OperationKind> Of(string operation) => [.. operation.Split('+').Where(part => part != "remainder").Select(OfPart)];

    private static OperationKind OfPart(string part) => part switch
    {
        "RmsNorm" or "LayerNorm" => Norm,
        "CacheWrite" or "StoreKeys" => Cache,
        "Encode" => Encoding,
        "Embedding" or "GatherRows" or "ScatterRows" or "Reshape" or "Slice" or "Concat" or "PadColumns" or "Constant" => Lookup,
        "Router" => Product,
        "Wkv" or "TokenShift" => Attention,
        _ when part.EndsWith("MatMul", StringComparison.Ordinal) => Product,
        _ when part.EndsWith("Attention", StringComparison.Ordinal) => Attention,
        _ => Other,
    };
}
