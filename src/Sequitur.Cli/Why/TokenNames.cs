using Sequitur.Cli.Output;
using Sequitur.Tokenizers;

namespace Sequitur.Cli.Why;

/// <summary>Tokens as a page shows them.</summary>
/// <param name="vocabulary">Their bytes.</param>
internal sealed class TokenNames(BpeVocabulary vocabulary)
{
    /// <summary>A token's piece, spaces and control characters made visible.</summary>
    public string Piece(int id) => PrintableText.OfPiece(vocabulary.BytesOf(id));

    /// <summary>A token's bytes as text, for JSON; bytes that are no whole character become U+FFFD.</summary>
    public string Text(int id) => System.Text.Encoding.UTF8.GetString(vocabulary.BytesOf(id));
}
