using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>
/// The tokens and merges of a byte-level BPE tokenizer (Sennrich et al. 2016 over bytes, as GPT-2 does it), checked when it is made.
/// Every token has its bytes; every merge names two tokens whose joined text is a token.
/// </summary>
public sealed class BpeVocabulary
{
    private readonly byte[] _blob;
    private readonly int[] _starts;
    private readonly TokenType[] _types;
    private readonly bool[] _isPiece;
    private readonly Dictionary<string, int> _ids;
    private readonly int[] _idOfByte = new int[256];
    private readonly bool[] _joins = new bool[256 * 256];

    /// <summary>Reads a vocabulary as GGUF stores it.</summary>
    /// <param name="tokens">A string for every id. Normal tokens are written in <see cref="ByteAlphabet"/>, control and user-defined ones literally.</param>
    /// <param name="tokenTypes">A <see cref="TokenType"/> for every id, or null: all are normal.</param>
    /// <param name="merges">Pairs <c>"left right"</c> of token strings with one space between them, in order of rank: the first goes first.</param>
    /// <exception cref="InvalidModelException">A string stands at two ids, two normal tokens have the same bytes, the types do not fit the tokens,
    /// or a merge is malformed, repeated, or names a piece that is no token.</exception>
    public BpeVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<int>? tokenTypes, IReadOnlyList<string> merges)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(merges);
        _types = ReadTypes(tokens.Count, tokenTypes);
        _isPiece = [.. _types.Select(type => type is not (TokenType.Control or TokenType.UserDefined))];
        _ids = ReadIds(tokens);
        _starts = new int[tokens.Count + 1];
        _blob = ReadBytes(tokens, id => _isPiece[id] ? ByteAlphabet.Decode(tokens[id]) : Encoding.UTF8.GetBytes(tokens[id]));
        CheckBytesAreUnique(tokens);
        Merges = new MergeTable(merges.Count);
        MergeCount = merges.Count;
        for (int rank = 0; rank < merges.Count; rank++)
        {
            string merge = merges[rank] ?? "";
            int space = BpeMerge.Space(merge, rank);
            AddMerge(merge.AsSpan(0, space), merge.AsSpan(space + 1), rank);
        }
    }

    /// <summary>A vocabulary as <c>tokenizer.json</c> means it: an added token may be a piece of the model as well, and is spelled in <see cref="ByteAlphabet"/> like any other.</summary>
    /// <param name="tokens">A string for every id, no two equal; null where no token is.</param>
    /// <param name="types">What each is for.</param>
    /// <param name="isPiece">Whether merging can make it: it stands in the model's own vocabulary.</param>
    /// <param name="merges">The merges, in order of rank.</param>
    /// <exception cref="InvalidModelException">There is no token, or a merge is repeated, or names a piece that is no token.</exception>
    internal BpeVocabulary(IReadOnlyList<string?> tokens, TokenType[] types, bool[] isPiece, IReadOnlyList<BpeMerge> merges)
    {
        _types = types;
        _isPiece = isPiece;
        _ids = ReadIds(tokens, holes: true);
        _starts = new int[tokens.Count + 1];
        _blob = ReadBytes(tokens, id => tokens[id] is { } token ? ByteAlphabet.Decode(token) : []);
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

    internal int LengthOf(int id) => _starts[id + 1] - _starts[id];

    /// <summary>The bytes that a token stands for: text for normal tokens, the literal name for control and user-defined ones.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public ReadOnlySpan<byte> BytesOf(int id)
    {
        CheckId(id);
        return _blob.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);
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
    public bool TryGetId(string token, out int id) => _ids.TryGetValue(token, out id);

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

    private static Dictionary<string, int> ReadIds(IReadOnlyList<string?> tokens, bool holes = false)
    {
        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is not { } token)
            {
                if (holes)
                {
                    continue;
                }

                throw new InvalidModelException($"Token {id} has no string.");
            }

            if (!ids.TryAdd(token, id))
            {
                throw new InvalidModelException($"Tokens {ids[token]} and {id} are both \"{token}\".");
            }
        }

        return ids;
    }

    private byte[] ReadBytes(IReadOnlyList<string?> tokens, Func<int, byte[]> bytesOf)
    {
        Array.Fill(_idOfByte, -1);
        var blob = new MemoryStream();
        for (int id = 0; id < tokens.Count; id++)
        {
            byte[] bytes = bytesOf(id);
            if (blob.Length + bytes.Length > Array.MaxLength)
            {
                throw new InvalidModelException("The tokens' strings are longer than 2 GB together.");
            }

            blob.Write(bytes);
            _starts[id + 1] = (int)blob.Length;
            LongestToken = Math.Max(LongestToken, bytes.Length);

            // The string's length, too: "é" outside the alphabet has two bytes, but a character of the alphabet is one byte.
            if (_isPiece[id] && bytes.Length == 1 && tokens[id]!.Length == 1)
            {
                _idOfByte[bytes[0]] = id;
            }
        }

        return blob.ToArray();
    }

    // Strings of the alphabet map one to one to bytes, so only a string outside it can repeat another token's bytes.
    private void CheckBytesAreUnique(IReadOnlyList<string> tokens)
    {
        for (int id = 0; id < tokens.Count; id++)
        {
            if (IsSpecial(id) || ByteAlphabet.Spells(tokens[id]))
            {
                continue;
            }

            string inAlphabet = string.Concat(BytesOf(id).ToArray().Select(ByteAlphabet.CharOf));
            if (_ids.TryGetValue(inAlphabet, out int other) && !IsSpecial(other))
            {
                throw new InvalidModelException($"Tokens {other} and {id} stand for the same bytes (\"{tokens[id]}\").");
            }
        }
    }

    private void AddMerge(ReadOnlySpan<char> left, ReadOnlySpan<char> right, int rank)
    {
        const int MostOnStack = 256;
        int length = left.Length + right.Length;
        Span<char> joined = length <= MostOnStack ? stackalloc char[length] : new char[length];
        left.CopyTo(joined);
        right.CopyTo(joined[left.Length..]);
        var (first, second) = (IdOfPiece(left, rank), IdOfPiece(right, rank));
        if (!Merges.TryAdd(first, second, rank, IdOfPiece(joined, rank)))
        {
            throw new InvalidModelException($"Merge {rank} (\"{left} {right}\") stands there twice.");
        }

        if (!BytesOf(first).IsEmpty && !BytesOf(second).IsEmpty)
        {
            _joins[BytesOf(first)[^1] << 8 | BytesOf(second)[0]] = true;
        }
    }

    private int IdOfPiece(ReadOnlySpan<char> piece, int rank)
    {
        if (!_ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out int id) || !_isPiece[id])
        {
            throw new InvalidModelException($"Merge {rank} needs the piece \"{piece}\", which is no token of the vocabulary.");
        }

        return id;
    }
}
