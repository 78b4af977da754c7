using System.Runtime.InteropServices;
using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>
/// Byte-level byte-pair encoding: names of added tokens are found, pre-tokenizers cut what lies between them into pieces, and each piece's bytes are merged by rank into tokens.
/// Works on UTF-8 and tells each token's bytes. May be used by several threads at once.
/// </summary>
/// <remarks>Bytes that have no token in the vocabulary are dropped, or become the unknown token where the rules name one, as the reference does. Invalid UTF-8 is
/// encoded byte by byte like any text. Besides the output list nothing is allocated once the scratch memory exists, except for pieces
/// of more than 65,536 bytes.</remarks>
public sealed class ByteLevelBpe
{
    private readonly BpeRules _rules;
    private readonly IPreTokenizer[] _preTokenizers;
    private readonly AddedTokenMatcher[] _matchers;
    private Scratch? _spare;

    /// <summary>A tokenizer over a vocabulary.</summary>
    /// <param name="vocabulary">Tokens and merges.</param>
    /// <param name="preTokenizer">How text is cut into pieces; see <see cref="PreTokenizers.Create"/>.</param>
    public ByteLevelBpe(BpeVocabulary vocabulary, IPreTokenizer preTokenizer)
        : this(vocabulary, new BpeRules { PreTokenizers = [preTokenizer ?? throw new ArgumentNullException(nameof(preTokenizer))] })
    {
    }

    /// <summary>A tokenizer over a vocabulary, with rules of its own.</summary>
    /// <param name="vocabulary">Tokens and merges.</param>
    /// <param name="rules">What is done around them.</param>
    public ByteLevelBpe(BpeVocabulary vocabulary, BpeRules rules)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(rules);
        Vocabulary = vocabulary;
        _rules = rules;
        _preTokenizers = [.. rules.PreTokenizers];
        ILookup<bool, AddedToken> added = (rules.AddedTokens ?? SpecialsOf(vocabulary)).ToLookup(token => token.IsLate);
        _matchers = [.. new[] { false, true }.Select(late => new AddedTokenMatcher(added[late])).Where(matcher => !matcher.IsEmpty)];
    }

    /// <summary>The tokens and merges.</summary>
    public BpeVocabulary Vocabulary { get; }

    /// <summary>Appends the tokens of a text to <paramref name="output"/>. No begin or end token is added.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="allowed">Whether names of control tokens in it mean the tokens.</param>
    /// <param name="output">Receives the tokens, in order.</param>
    public void Encode(ReadOnlySpan<byte> utf8, SpecialTokens allowed, List<TokenSpan> output) =>
        Encode(utf8, allowed == SpecialTokens.All ? [new ByteRange(0, utf8.Length)] : [], output);

    /// <summary>
    /// Appends the tokens of a text in which names of control tokens mean the tokens only inside given ranges: those that a chat template
    /// wrote itself. Elsewhere, and across the ends of a range, they are plain text; ordinary text is merged across them.
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <param name="trusted">Where control tokens are allowed, ascending and without overlap.</param>
    /// <param name="output">Receives the tokens, in order.</param>
    /// <exception cref="ArgumentException">The ranges overlap, or leave the text.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, ReadOnlySpan<ByteRange> trusted, List<TokenSpan> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        int end = 0;
        foreach (ByteRange range in trusted)
        {
            if (range.Start < end || range.Length < 0 || range.Length > utf8.Length - range.Start)
            {
                throw new ArgumentException("The ranges must ascend, not overlap, and lie in the text.", nameof(trusted));
            }

            end = range.Start + range.Length;
        }

        Scratch scratch = Interlocked.Exchange(ref _spare, null) ?? new Scratch(Vocabulary, _rules);
        EncodeSection(scratch, utf8, 0, 0, trusted, output);
        Volatile.Write(ref _spare, scratch);
    }

    /// <summary>Work done so far in merging, in look-ups and steps of the queue; tests bound it by the text's length.</summary>
    internal long Work => _spare?.Merger.Work ?? 0;

    private static IEnumerable<AddedToken> SpecialsOf(BpeVocabulary vocabulary) => Enumerable.Range(0, vocabulary.Count).Where(vocabulary.IsSpecial)
        .Select(id => new AddedToken(id, Encoding.UTF8.GetString(vocabulary.BytesOf(id)), vocabulary.TypeOf(id) == TokenType.Control));

    // What one matcher leaves is a section of the next, and what the last leaves is text.
    private void EncodeSection(Scratch scratch, ReadOnlySpan<byte> section, int matcher, int offset, ReadOnlySpan<ByteRange> trusted, List<TokenSpan> output)
    {
        if (matcher == _matchers.Length)
        {
            EncodeText(scratch, section, 0, offset, output);
            return;
        }

        int done = 0;
        int from = 0;
        while (_matchers[matcher].TryFind(section, done, ref from, offset, trusted, out TokenSpan found))
        {
            EncodeSection(scratch, section[done..found.Start], matcher + 1, offset + done, trusted, output);
            output.Add(found with { Start = offset + found.Start });
            done = found.Start + found.Length;
        }

        EncodeSection(scratch, section[done..], matcher + 1, offset + done, trusted, output);
    }

    private void EncodeText(Scratch scratch, ReadOnlySpan<byte> text, int stage, int offset, List<TokenSpan> output)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (stage != _rules.PrefixSpaceAt || text[0] == (byte)' ')
        {
            EncodePieces(scratch, text, stage, offset, output);
            return;
        }

        int before = output.Count;
        EncodePieces(scratch, scratch.WithSpace(text), stage, offset - 1, output);
        if (output.Count > before && output[before] is var first && first.Start < offset)
        {
            output[before] = first with { Start = offset, Length = first.Length - 1 };
        }
    }

    private void EncodePieces(Scratch scratch, ReadOnlySpan<byte> text, int stage, int offset, List<TokenSpan> output)
    {
        if (stage == _preTokenizers.Length)
        {
            EncodePiece(scratch, text, offset, output);
            return;
        }

        IPreTokenizer preTokenizer = _preTokenizers[stage];
        for (int start = 0; start < text.Length;)
        {
            int end = preTokenizer.NextPiece(text, start);
            if (end <= start || end > text.Length)
            {
                throw new InvalidOperationException($"{preTokenizer.GetType().Name} gave a piece from {start} to {end} of {text.Length} bytes.");
            }

            EncodeText(scratch, text[start..end], stage + 1, offset + start, output);
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
        if (MergePiece(scratch, piece, offset, output))
        {
            scratch.Cache.Add(piece, CollectionsMarshal.AsSpan(output)[before..]);
        }
    }

    // Whether the tokens' own lengths say where each begins.
    private bool MergePiece(Scratch scratch, ReadOnlySpan<byte> piece, int offset, List<TokenSpan> output)
    {
        if (_rules.IgnoreMerges && Vocabulary.TryFindPiece(piece, out int whole))
        {
            output.Add(new TokenSpan(whole, offset, piece.Length));
            return true;
        }

        return scratch.Merger.Merge(piece, offset, output);
    }

    private sealed class Scratch(BpeVocabulary vocabulary, BpeRules rules)
    {
        private const int LargestKept = 1 << 16;

        private byte[] _prefixed = [];

        public BpeMerger Merger { get; } = new(vocabulary, rules.UnknownToken, rules.FuseUnknown);

        public PieceCache Cache { get; } = new();

        // A text with a space before it, until the next call.
        public ReadOnlySpan<byte> WithSpace(ReadOnlySpan<byte> text)
        {
            byte[] room = _prefixed.Length > text.Length ? _prefixed : new byte[text.Length < LargestKept ? LargestKept : text.Length + 1];
            _prefixed = room.Length <= LargestKept ? room : _prefixed;
            room[0] = (byte)' ';
            text.CopyTo(room.AsSpan(1));
            return room.AsSpan(0, text.Length + 1);
        }
    }
}
