namespace Sequitur.Formats.Gguf;

/// <summary>Kinds of metadata values, numbered as the GGUF specification does.</summary>
public enum GgufValueType
{
    /// <summary>8 bits, unsigned.</summary>
    UInt8 = 0,

    /// <summary>8 bits, signed.</summary>
    Int8 = 1,

    /// <summary>16 bits, unsigned.</summary>
    UInt16 = 2,

    /// <summary>16 bits, signed.</summary>
    Int16 = 3,

    /// <summary>32 bits, unsigned.</summary>
    UInt32 = 4,

    /// <summary>32 bits, signed.</summary>
    Int32 = 5,

    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 6,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 7,

    /// <summary>Bytes that ought to be UTF-8, preceded by their number.</summary>
    String = 8,

    /// <summary>Values of one kind, preceded by kind and number.</summary>
    Array = 9,

    /// <summary>64 bits, unsigned.</summary>
    UInt64 = 10,

    /// <summary>64 bits, signed.</summary>
    Int64 = 11,

    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 12,
}

/// <summary>How ggml stores the numbers of a tensor: blocks of so many numbers in so many bytes.</summary>
/// <param name="Name">ggml's name.</param>
/// <param name="BlockSize">Numbers in a block; a row is a whole number of blocks.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
public sealed record GgmlType(string Name, int BlockSize, int BlockBytes)
{
    // By number. Known for sizes only: whether a format can be computed with is decided where it is bound.
    private static readonly GgmlType?[] Table =
    [
        new("F32", 1, 4), new("F16", 1, 2), new("Q4_0", 32, 18), new("Q4_1", 32, 20), // 0-3
        null, null, new("Q5_0", 32, 22), new("Q5_1", 32, 24), // 4-7: Q4_2 and Q4_3 were removed
        new("Q8_0", 32, 34), new("Q8_1", 32, 36), new("Q2_K", 256, 84), new("Q3_K", 256, 110), // 8-11
        new("Q4_K", 256, 144), new("Q5_K", 256, 176), new("Q6_K", 256, 210), new("Q8_K", 256, 292), // 12-15
        new("IQ2_XXS", 256, 66), new("IQ2_XS", 256, 74), new("IQ3_XXS", 256, 98), new("IQ1_S", 256, 50), // 16-19
        new("IQ4_NL", 32, 18), new("IQ3_S", 256, 110), new("IQ2_S", 256, 82), new("IQ4_XS", 256, 136), // 20-23
        new("I8", 1, 1), new("I16", 1, 2), new("I32", 1, 4), new("I64", 1, 8), // 24-27
        new("F64", 1, 8), new("IQ1_M", 256, 56), new("BF16", 1, 2), null, // 28-31: interleaved Q4_0 was removed,
        null, null, new("TQ1_0", 256, 54), new("TQ2_0", 256, 66), // 32-35
        null, null, null, new("MXFP4", 32, 17), // 36-39: and interleaved IQ4_NL
        new("NVFP4", 64, 36), new("Q1_0", 128, 18), new("Q2_0", 64, 18), // 40-42
    ];

    /// <summary>The type of that number, or null where it is unknown or was removed from the format.</summary>
    public static GgmlType? Find(uint id) => id < (uint)Table.Length ? Table[id] : null;

    /// <summary>The number of the type of that name, or −1 where there is none.</summary>
    public static int NumberOf(string name) => Array.FindIndex(Table, type => type?.Name == name);
}
