namespace Sequitur.Tokenizers;

/// <summary>A token that is found in a text by its name, before anything else is cut.</summary>
/// <param name="Id">The token.</param>
/// <param name="Content">The name, literally.</param>
/// <param name="IsControl">Whether it steers the model: found only where <see cref="SpecialTokens"/> or a range allows it. Others are found everywhere.</param>
public sealed record AddedToken(int Id, string Content, bool IsControl)
{
    /// <summary>Whether it is looked for only in what tokens without this flag have left (<c>normalized</c> in <c>tokenizer.json</c>).</summary>
    public bool IsLate { get; init; }

    /// <summary>Whether it takes the white space before it along (<c>lstrip</c>).</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it takes the white space behind it along (<c>rstrip</c>).</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether a letter, digit, mark or underscore beside it hides it (<c>single_word</c>).</summary>
    public bool IsSingleWord { get; init; }
}
