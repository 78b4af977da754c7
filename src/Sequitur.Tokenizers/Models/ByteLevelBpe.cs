using System.Runtime.InteropServices;

namespace Sequitur.Tokenizers;

/// <summary>
/// Byte-level byte-pair encoding: a pre-tokenizer cuts the text into pieces, and each piece's bytes are merged by rank into tokens.
/// Works on UTF-8 and tells each token's bytes. May be used by several threads at once.
/// </summary>
/// <remarks>Bytes that have no token in the vocabulary are dropped, as the reference does when it has no unknown token. Invalid UTF-8 is
/// encoded byte by byte like any text. Besides the output list nothing is allocated once the scratch memory exists, except for pieces
/// of more than 65,536 bytes.</remarks>
public sealed class ByteLevelBpe
{
    private readonly IPreTokenizer _preTokenizer;
    private readonly SpecialTokenMatcher _specials;
    private Scratch? _spare;

    /// <summary>A tokenizer over a vocabulary.</summary>
    /// <param name="vocabulary">Tokens and merges.</param>
    /// <param name="preTokenizer">How text is cut into pieces; see <see cref="PreTokenizers.Create"/>.</param>
    public ByteLevelBpe(BpeVocabulary vocabulary, IPreTokenizer preTokenizer)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(preTokenizer);
        Vocabulary = vocabulary;
        _preTokenizer = preTokenizer;
        _specials = new SpecialTokenMatcher(vocabulary);
    }

    /// <summary>The tokens and merges.</summary>
    public BpeVocabulary Vocabulary { get; }

    /// <summary>Appends the tokens of a text to <paramref name="output"/>. No begin or end token is added.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="allowed">Whether names of special tokens in it mean the tokens.</param>
    /// <param name="output">Receives the tokens, in order.</param>
    public void Encode(ReadOnlySpan<byte> utf8, SpecialTokens allowed, List<TokenSpan> output) =>
        Encode(utf8, allowed == SpecialTokens.All ? [new ByteRange(0, utf8.Length)] : [], output);

    /// <summary>
    /// Appends the tokens of a text in which names of special tokens mean the tokens only inside given ranges: those that a chat template
    /// wrote itself. Elsewhere, and across the ends of a range, they are plain text; ordinary text is merged across them.
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <param name="trusted">Where special tokens are allowed, ascending and without overlap.</param>
    /// <param name="output">Receives the tokens, in order.</param>
    /// <exception cref="ArgumentException">The ranges overlap, or leave the text.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, ReadOnlySpan<ByteRange> trusted, List<TokenSpan> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Scratch scratch = Interlocked.Exchange(ref _spare, null) ?? new Scratch(Vocabulary);
        int done = 0;
        int allowedFrom = 0;
        foreach (ByteRange range in trusted)
        {
            if (range.Start < allowedFrom || range.Length < 0 || range.Length > utf8.Length - range.Start)
            {
                throw new ArgumentException("The ranges must ascend, not overlap, and lie in the text.", nameof(trusted));
            }

            allowedFrom = range.Start;
            int end = range.Start + range.Length;
            while (_specials.TryFind(utf8[allowedFrom..end], out TokenSpan found))
            {
                int start = allowedFrom + found.Start;
                EncodeText(scratch, utf8[done..start], done, output);
                output.Add(found with { Start = start });
                done = allowedFrom = start + found.Length;
            }

            allowedFrom = end;
        }

        EncodeText(scratch, utf8[done..], done, output);
        Volatile.Write(ref _spare, scratch);
    }

    /// <summary>Work done so far in merging, in look-ups and steps of the queue; tests bound it by the text's length.</summary>
    internal long Work => _spare?.Merger.Work ?? 0;

    private void EncodeText(Scratch scratch, ReadOnlySpan<byte> text, int offset, List<TokenSpan> output)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = _preTokenizer.NextPiece(text, start);
            if (end <= start || end > text.Length)
            {
                throw new InvalidOperationException($"{_preTokenizer.GetType().Name} gave a piece from {start} to {end} of {text.Length} bytes.");
            }

            EncodePiece(scratch, text[start..end], offset + start, output);
            start = end;
        }
    }

    private void EncodePiece(Scratch scratch, ReadOnlySpan<byte> piece, int offset, List<TokenSpan> output)
    {
        if (scratch.Cache.TryGet(piece, out ReadOnlySpan<int> ids))
        {
            foreach (int id in ids)
            {
                int length = Vocabulary.LengthOf(id);
                output.Add(new TokenSpan(id, offset, length));
                offset += length;
            }

            return;
        }

        int before = output.Count;
        if (scratch.Merger.Merge(piece, offset, output))
        {
            scratch.Cache.Add(piece, CollectionsMarshal.AsSpan(output)[before..]);
        }
    }

    private sealed class Scratch(BpeVocabulary vocabulary)
    {
        public BpeMerger Merger { get; } = new(vocabulary);

        public PieceCache Cache { get; } = new();
    }
}
