namespace Sequitur.Formats.Gguf;

/// <summary>A part of a block: numbers of one width side by side.</summary>
/// <param name="Width">Bytes of a number: 1, 2, 4 or 8.</param>
/// <param name="Count">How many.</param>
public sealed record BlockField(int Width, int Count);

/// <summary>
/// How ggml stores the numbers of a tensor: blocks of so many numbers, made of fields that follow one another without gaps (<c>ggml-common.h</c>). A field is as wide
/// as what ggml reads at once there, which is what has another order of bytes in a big-endian file; codes packed into bytes have none.
/// </summary>
public sealed record GgmlType
{
    // By number. Known as containers: whether a format can be computed with is decided where it is bound.
    private static readonly GgmlType?[] Table =
    [
        new("F32", 1, Words(1)), // 0
        new("F16", 1, Halves(1)),
        new("Q4_0", 32, Halves(1), Bytes(16)), // d, q
        new("Q4_1", 32, Halves(2), Bytes(16)), // d m, q
        null, // Q4_2 and Q4_3 were removed
        null,
        new("Q5_0", 32, Halves(1), Words(1), Bytes(16)), // 6: d, fifth bits, q
        new("Q5_1", 32, Halves(2), Words(1), Bytes(16)), // d m, fifth bits, q
        new("Q8_0", 32, Halves(1), Bytes(32)),
        new("Q8_1", 32, Halves(2), Bytes(32)), // d and d·Σq, q
        new("Q2_K", 256, Bytes(16 + 64), Halves(2)), // 10: scales q, d dmin
        new("Q3_K", 256, Bytes(32 + 64 + 12), Halves(1)), // high bits q scales, d
        new("Q4_K", 256, Halves(2), Bytes(12 + 128)), // d dmin, scales q
        new("Q5_K", 256, Halves(2), Bytes(12 + 32 + 128)), // d dmin, scales high bits q
        new("Q6_K", 256, Bytes(128 + 64 + 16), Halves(1)), // low bits high bits scales, d
        new("Q8_K", 256, Words(1), Bytes(256), Halves(16)), // 15: d, q, sums
        new("IQ2_XXS", 256, [Halves(1), .. Repeat(8, Bytes(4), Words(1))]), // d, then eight times: places in the grid, signs and scale
        new("IQ2_XS", 256, Halves(1), Halves(32), Bytes(8)), // d, places and signs, scales
        new("IQ3_XXS", 256, Halves(1), Bytes(64), Words(8)), // d, places, signs and scales
        new("IQ1_S", 256, Halves(1), Bytes(32), Halves(8)), // d, places, high bits and scales
        new("IQ4_NL", 32, Halves(1), Bytes(16)), // 20
        new("IQ3_S", 256, Halves(1), Bytes(64 + 8 + 32 + 4)),
        new("IQ2_S", 256, Halves(1), Bytes(64 + 8 + 8)),
        new("IQ4_XS", 256, Halves(2), Bytes(4 + 128)), // d and the scales' high bits, low bits q
        new("I8", 1, Bytes(1)),
        new("I16", 1, Halves(1)), // 25
        new("I32", 1, Words(1)),
        new("I64", 1, Longs(1)),
        new("F64", 1, Longs(1)),
        new("IQ1_M", 256, Bytes(32 + 16), Halves(4)), // places, scales with the bits of d
        new("BF16", 1, Halves(1)), // 30
        null, // interleaved Q4_0 was removed
        null,
        null,
        new("TQ1_0", 256, Bytes(48 + 4), Halves(1)),
        new("TQ2_0", 256, Bytes(64), Halves(1)), // 35
        null, // interleaved IQ4_NL was removed
        null,
        null,
        new("MXFP4", 32, Bytes(1 + 16)), // exponent, q
        new("NVFP4", 64, Bytes(4 + 32)), // 40: scales of 8 bits, q
        new("Q1_0", 128, Halves(1), Bytes(16)),
        new("Q2_0", 64, Halves(1), Bytes(16)),
    ];

    private GgmlType(string name, int blockSize, params IReadOnlyList<BlockField> fields)
    {
        Name = name;
        BlockSize = blockSize;
        Fields = fields;
        BlockBytes = fields.Sum(field => field.Width * field.Count);
    }

    /// <summary>ggml's name.</summary>
    public string Name { get; }

    /// <summary>Numbers in a block; a row is a whole number of blocks.</summary>
    public int BlockSize { get; }

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes { get; }

    /// <summary>What a block is made of, in the order in which it lies there.</summary>
    public IReadOnlyList<BlockField> Fields { get; }

    /// <summary>The type of that number, or null where it is unknown or was removed from the format.</summary>
    public static GgmlType? Find(uint id) => id < (uint)Table.Length ? Table[id] : null;

    /// <summary>The type of that name, spelled as ggml does, or null.</summary>
    public static GgmlType? Find(string name) => Array.Find(Table, type => type?.Name == name);

    /// <summary>The number of the type of that name, or −1 where there is none.</summary>
    public static int NumberOf(string name) => Array.FindIndex(Table, type => type?.Name == name);

    private static BlockField Bytes(int count) => new(1, count);

    private static BlockField Halves(int count) => new(2, count);

    private static BlockField Words(int count) => new(4, count);

    private static BlockField Longs(int count) => new(8, count);

    private static IEnumerable<BlockField> Repeat(int times, params BlockField[] fields) => Enumerable.Repeat(fields, times).SelectMany(group => group);
}
