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
    private readonly Dictionary<string, int> _ids;
    private readonly int[] _idOfByte = new int[256];
    private readonly bool[] _joins = new bool[256 * 256];

    /// <summary>Reads a vocabulary as GGUF and <c>tokenizer.json</c> store it.</summary>
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
        _ids = ReadIds(tokens);
        _starts = new int[tokens.Count + 1];
        _blob = ReadBytes(tokens);
        CheckBytesAreUnique(tokens);
        Merges = ReadMerges(merges);
        MergeCount = merges.Count;
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

    private static Dictionary<string, int> ReadIds(IReadOnlyList<string> tokens)
    {
        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is not { } token)
            {
                throw new InvalidModelException($"Token {id} has no string.");
            }

            if (!ids.TryAdd(token, id))
            {
                throw new InvalidModelException($"Tokens {ids[token]} and {id} are both \"{token}\".");
            }
        }

        return ids;
    }

    private byte[] ReadBytes(IReadOnlyList<string> tokens)
    {
        Array.Fill(_idOfByte, -1);
        var blob = new MemoryStream();
        for (int id = 0; id < tokens.Count; id++)
        {
            byte[] bytes = IsSpecial(id) ? Encoding.UTF8.GetBytes(tokens[id]) : ByteAlphabet.Decode(tokens[id]);
            if (blob.Length + bytes.Length > Array.MaxLength)
            {
                throw new InvalidModelException("The tokens' strings are longer than 2 GB together.");
            }

            blob.Write(bytes);
            _starts[id + 1] = (int)blob.Length;
            LongestToken = Math.Max(LongestToken, bytes.Length);

            // The string's length, too: "é" outside the alphabet has two bytes, but a character of the alphabet is one byte.
            if (!IsSpecial(id) && bytes.Length == 1 && tokens[id].Length == 1)
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
            if (IsSpecial(id) || tokens[id].All(c => ByteAlphabet.TryByteOf(c, out _)))
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

    private MergeTable ReadMerges(IReadOnlyList<string> merges)
    {
        var table = new MergeTable(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
        {
            string merge = merges[rank] ?? "";
            int space = merge.IndexOf(' ');
            if (space <= 0 || space == merge.Length - 1 || merge.IndexOf(' ', space + 1) >= 0)
            {
                throw new InvalidModelException($"Merge {rank} (\"{merge}\") is not two pieces with a space between them.");
            }

            int left = IdOfPiece(merge[..space], rank);
            int right = IdOfPiece(merge[(space + 1)..], rank);
            int result = IdOfPiece(string.Concat(merge.AsSpan(0, space), merge.AsSpan(space + 1)), rank);
            if (!table.TryAdd(left, right, rank, result))
            {
                throw new InvalidModelException($"Merge {rank} (\"{merge}\") stands there twice.");
            }

            if (!BytesOf(left).IsEmpty && !BytesOf(right).IsEmpty)
            {
                _joins[BytesOf(left)[^1] << 8 | BytesOf(right)[0]] = true;
            }
        }

        return table;
    }

    private int IdOfPiece(string piece, int rank)
    {
        if (!_ids.TryGetValue(piece, out int id) || IsSpecial(id))
        {
            throw new InvalidModelException($"Merge {rank} needs the piece \"{piece}\", which is no token of the vocabulary.");
        }

        return id;
    }
}
