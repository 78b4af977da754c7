using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>
/// The tokens and merges of a byte-level BPE tokenizer (Sennrich et al. 2016 over bytes, as GPT-2 does it), checked when it is made.
/// Every token has its bytes; every merge names two tokens whose joined text is a token.
/// </summary>
public sealed class BpeVocabulary
{
    private readonly TokenTable _table;
    private readonly TokenType[] _types;
    private readonly bool[] _isPiece;
    private readonly int[] _idOfByte = new int[256];
    private readonly bool[] _joins = new bool[256 * 256];

    /// <summary>Reads a vocabulary as GGUF stores it.</summary>
    /// <param name="tokens">A string for every id. Normal tokens are written in <see cref="ByteAlphabet"/>, control and user-defined ones literally.</param>
    /// <param name="tokenTypes">A <see cref="TokenType"/> for every id, or null: all are normal.</param>
    /// <param name="merges">Pairs <c>"left right"</c> of token strings with one space between them, in order of rank: the first goes first.</param>
    /// <exception cref="InvalidModelException">A string stands at two ids, two normal tokens have the same bytes, the types do not fit the tokens,
    /// or a merge is malformed, repeated, or names a piece that is no token.</exception>
    public BpeVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<int>? tokenTypes, IReadOnlyList<string> merges)
        : this(new TextTokenStrings(tokens), tokenTypes, new TextTokenStrings(merges))
    {
    }

    /// <inheritdoc cref="BpeVocabulary(IReadOnlyList{string}, IReadOnlyList{int}?, IReadOnlyList{string})"/>
    public BpeVocabulary(ITokenStrings tokens, IReadOnlyList<int>? tokenTypes, ITokenStrings merges)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(merges);
        _types = ReadTypes(tokens.Count, tokenTypes);
        _isPiece = Array.ConvertAll(_types, type => type is not (TokenType.Control or TokenType.UserDefined));
        _table = new TokenTable(tokens.Count, Bytes(tokens));
        for (int id = 0; id < tokens.Count; id++)
        {
            _table.Add(tokens.Utf8(id), isSpelled: _isPiece[id]);
        }

        CheckBytesAreUnique();
        FindBytes();
        Merges = new MergeTable(merges.Count);
        MergeCount = merges.Count;
        for (int rank = 0; rank < merges.Count; rank++)
        {
            ReadOnlySpan<byte> merge = merges.Utf8(rank);
            int space = BpeMerge.Space(merge, rank);
            AddMerge(merge[..space], merge[(space + 1)..], rank);
        }
    }

    /// <summary>A vocabulary as <c>tokenizer.json</c> means it: an added token may be a piece of the model as well, and is spelled in <see cref="ByteAlphabet"/> like any other.</summary>
    /// <param name="tokens">A string for every id, no two equal; null where no token is.</param>
    /// <param name="types">What each is for.</param>
    /// <param name="isPiece">Whether merging can make it: it stands in the model's own vocabulary.</param>
    /// <param name="merges">The merges, in order of rank.</param>
    /// <exception cref="InvalidModelException">A merge is repeated, or names a piece that is no token.</exception>
    internal BpeVocabulary(IReadOnlyList<string?> tokens, TokenType[] types, bool[] isPiece, IReadOnlyList<BpeMerge> merges)
    {
        _types = types;
        _isPiece = isPiece;
        var strings = new TextTokenStrings(tokens);
        _table = new TokenTable(tokens.Count, Bytes(strings));
        for (int id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is null)
            {
                _table.AddHole();
                continue;
            }

            _table.Add(strings.Utf8(id), isSpelled: true);
        }

        FindBytes();
        Merges = new MergeTable(merges.Count);
        MergeCount = merges.Count;
        for (int rank = 0; rank < merges.Count; rank++)
        {
            AddMerge(merges[rank].Left, merges[rank].Right, rank);
        }
    }

    /// <summary>How many tokens there are; ids are 0 … Count − 1.</summary>
    public int Count => _types.Length;

    /// <summary>How many merges there are.</summary>
    public int MergeCount { get; }

    /// <summary>The bytes of the longest token.</summary>
    public int LongestToken { get; private set; }

    internal MergeTable Merges { get; }

    /// <summary>Whether some merge joins a token that ends in one byte with a token that begins with the other.</summary>
    internal bool CanJoin(byte left, byte right) => _joins[left << 8 | right];

    /// <summary>Whether the id is one that no token has.</summary>
    internal bool IsHole(int id) => _types[id] == TokenType.Unused && LengthOf(id) == 0;

    /// <summary>Whether merging can make the token.</summary>
    internal bool IsPiece(int id) => _isPiece[id];

    /// <summary>The token that has these bytes, among those that merging can make. (A string outside the alphabet stands for bytes too, but no text makes it.)</summary>
    internal bool TryFindPiece(ReadOnlySpan<byte> bytes, out int id) => _table.TryFind(bytes, isLiteral: false, out id) && _isPiece[id];

    internal int LengthOf(int id) => _table.LengthOf(id);

    /// <summary>The bytes that a token stands for: text for normal tokens, the literal name for control and user-defined ones.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public ReadOnlySpan<byte> BytesOf(int id)
    {
        CheckId(id);
        return _table.BytesOf(id);
    }

    /// <summary>What a token is for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public TokenType TypeOf(int id)
    {
        CheckId(id);
        return _types[id];
    }

    /// <summary>Whether a token is a control or user-defined one: matched by its whole name, never made by merging.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public bool IsSpecial(int id) => TypeOf(id) is TokenType.Control or TokenType.UserDefined;

    /// <summary>The id of a token by its string as the file spells it (<c>"&lt;|im_end|&gt;"</c>, <c>"Ġthe"</c>).</summary>
    /// <returns>False if there is no such token.</returns>
    public bool TryGetId(string token, out int id) => _table.TryGetId(Encoding.UTF8.GetBytes(token), out id);

    /// <summary>The token for a single byte, or −1: some vocabularies lack those bytes that their training text never had.</summary>
    public int IdOfByte(byte value) => _idOfByte[value];

    private void CheckId(int id)
    {
        if ((uint)id >= (uint)_types.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(id), id, $"The vocabulary has {_types.Length} tokens.");
        }
    }

    private static TokenType[] ReadTypes(int count, IReadOnlyList<int>? tokenTypes)
    {
        if (count == 0)
        {
            throw new InvalidModelException("The tokenizer has no tokens.");
        }

        if (tokenTypes is not null && tokenTypes.Count != count)
        {
            throw new InvalidModelException($"The tokenizer has {count} tokens but {tokenTypes.Count} token types.");
        }

        var types = new TokenType[count];
        for (int id = 0; id < count; id++)
        {
            int type = tokenTypes?[id] ?? (int)TokenType.Normal;
            if (type is < (int)TokenType.Undefined or > (int)TokenType.Byte)
            {
                throw new InvalidModelException($"Token {id} has the unknown type {type}.");
            }

            types[id] = (TokenType)type;
        }

        return types;
    }

    private static long Bytes(ITokenStrings strings)
    {
        long bytes = 0;
        for (int i = 0; i < strings.Count; i++)
        {
            bytes += strings.Utf8(i).Length;
        }

        return bytes;
    }

    private void FindBytes()
    {
        Array.Fill(_idOfByte, -1);
        for (int id = 0; id < _table.Count; id++)
        {
            ReadOnlySpan<byte> bytes = _table.BytesOf(id);
            LongestToken = Math.Max(LongestToken, bytes.Length);

            // One character: a single byte beyond ASCII that is not spelled is broken text, not that byte.
            if (_isPiece[id] && bytes.Length == 1 && (!_table.IsLiteral(id) || bytes[0] < 0x80))
            {
                _idOfByte[bytes[0]] = id;
            }
        }
    }

    // Strings of the alphabet map one to one to bytes, so only a string outside it can repeat another token's bytes.
    private void CheckBytesAreUnique()
    {
        for (int id = 0; id < _table.Count; id++)
        {
            ReadOnlySpan<byte> bytes = _table.BytesOf(id);
            if (_isPiece[id] && _table.IsLiteral(id) && TryFindPiece(bytes, out int other))
            {
                throw new InvalidModelException($"Tokens {other} and {id} stand for the same bytes (\"{Encoding.UTF8.GetString(bytes)}\").");
            }
        }
    }

    private void AddMerge(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int rank)
    {
        const int MostOnStack = 256;
        int length = left.Length + right.Length;
        Span<byte> joined = length <= MostOnStack ? stackalloc byte[length] : new byte[length];
        left.CopyTo(joined);
        right.CopyTo(joined[left.Length..]);
        var (first, second) = (IdOfPiece(left, rank), IdOfPiece(right, rank));
        if (!Merges.TryAdd(first, second, rank, IdOfPiece(joined, rank)))
        {
            throw new InvalidModelException($"Merge {rank} (\"{Encoding.UTF8.GetString(left)} {Encoding.UTF8.GetString(right)}\") stands there twice.");
        }

        if (!BytesOf(first).IsEmpty && !BytesOf(second).IsEmpty)
        {
            _joins[BytesOf(first)[^1] << 8 | BytesOf(second)[0]] = true;
        }
    }

    private int IdOfPiece(ReadOnlySpan<byte> piece, int rank) => _table.TryGetId(piece, out int id) && _isPiece[id]
        ? id
        : throw new InvalidModelException($"Merge {rank} needs the piece \"{Encoding.UTF8.GetString(piece)}\", which is no token of the vocabulary.");
}
