namespace Sequitur.Tokenizers;

/// <summary>A token and the bytes it stands for: <c>text[Start .. Start + Length]</c>, in bytes of the UTF-8 text that was encoded.</summary>
/// <param name="Id">The row of the embedding table.</param>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many bytes; more than the token itself has where bytes without a token were dropped inside it, or where it takes spaces along, and
/// fewer where the tokenizer put a space before the text that is not in it.</param>
public readonly record struct TokenSpan(int Id, int Start, int Length);

/// <summary>A run of bytes of a text.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many bytes.</param>
public readonly record struct ByteRange(int Start, int Length);

/// <summary>Whether names of control tokens in a text mean the tokens or are plain text.</summary>
public enum SpecialTokens
{
    /// <summary>Names of control tokens are plain text: what a user wrote can never become one. User-defined tokens are vocabulary like any other and are found.</summary>
    None,

    /// <summary>Names of control and user-defined tokens become those tokens, the longest name first where several fit.</summary>
    All,
}

/// <summary>What a token is for, with the numbers of the GGUF key <c>tokenizer.ggml.token_type</c>.</summary>
public enum TokenType : byte
{
    /// <summary>Not said; taken as normal.</summary>
    Undefined = 0,

    /// <summary>A piece of text, written in the byte-to-unicode alphabet.</summary>
    Normal = 1,

    /// <summary>Stands for what no other token can express.</summary>
    Unknown = 2,

    /// <summary>Steers the model (begin, end, role marks); no text makes it unless special tokens are allowed, and it is not shown.</summary>
    Control = 3,

    /// <summary>Added beside the trained vocabulary, spelled out literally.</summary>
    UserDefined = 4,

    /// <summary>A row that only fills up the table.</summary>
    Unused = 5,

    /// <summary>One raw byte, spelled <c>&lt;0xE2&gt;</c>, in vocabularies of the SentencePiece kind.</summary>
    Byte = 6,
}
