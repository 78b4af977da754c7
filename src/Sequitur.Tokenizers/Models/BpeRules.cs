namespace Sequitur.Tokenizers;

/// <summary>What a byte-level BPE tokenizer does around its vocabulary.</summary>
public sealed record BpeRules
{
    /// <summary>How text is cut: each cuts the pieces of the one before. None: a text is one piece.</summary>
    public required IReadOnlyList<IPreTokenizer> PreTokenizers { get; init; }

    /// <summary>The tokens that are found by name; by default the control and user-defined tokens of the vocabulary.</summary>
    public IReadOnlyList<AddedToken>? AddedTokens { get; init; }

    /// <summary>Before which of <see cref="PreTokenizers"/> (or behind the last) a piece that does not begin with a space is given one; null: none is.</summary>
    public int? PrefixSpaceAt { get; init; }

    /// <summary>Whether a whole piece that is a token is that token, even where the merges lead elsewhere.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>The token for a byte that has none; null: such bytes are dropped.</summary>
    public int? UnknownToken { get; init; }

    /// <summary>Whether unknown bytes in a row are one <see cref="UnknownToken"/>.</summary>
    public bool FuseUnknown { get; init; }
}
