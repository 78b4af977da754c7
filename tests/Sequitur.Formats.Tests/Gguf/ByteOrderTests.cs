using System.Buffers.Binary;
using System.Text;
using Sequitur.Formats.Gguf;

namespace Sequitur.Formats.Tests.Gguf;

/// <summary>Tensors of big-endian files, of every type that there is.</summary>
public sealed class ByteOrderTests : IDisposable
{
    private const int Blocks = 3;

    private readonly TemporaryDirectory _directory = new();

    // Written down from ggml's block structures once more: widths of what is read at once, "width*count".
    public static TheoryData<uint, string, int, string> Types => new()
    {
        { 0, "F32", 1, "4" }, { 1, "F16", 1, "2" }, { 30, "BF16", 1, "2" }, { 28, "F64", 1, "8" },
        { 24, "I8", 1, "1" }, { 25, "I16", 1, "2" }, { 26, "I32", 1, "4" }, { 27, "I64", 1, "8" },
        { 2, "Q4_0", 32, "2 1*16" }, { 3, "Q4_1", 32, "2 2 1*16" }, { 6, "Q5_0", 32, "2 4 1*16" }, { 7, "Q5_1", 32, "2 2 4 1*16" },
        { 8, "Q8_0", 32, "2 1*32" }, { 9, "Q8_1", 32, "2 2 1*32" },
        { 10, "Q2_K", 256, "1*80 2 2" }, { 11, "Q3_K", 256, "1*108 2" }, { 12, "Q4_K", 256, "2 2 1*140" }, { 13, "Q5_K", 256, "2 2 1*172" },
        { 14, "Q6_K", 256, "1*208 2" }, { 15, "Q8_K", 256, "4 1*256 2*16" },
        { 16, "IQ2_XXS", 256, "2 1*4 4 1*4 4 1*4 4 1*4 4 1*4 4 1*4 4 1*4 4 1*4 4" }, { 17, "IQ2_XS", 256, "2 2*32 1*8" }, { 22, "IQ2_S", 256, "2 1*80" },
        { 18, "IQ3_XXS", 256, "2 1*64 4*8" }, { 21, "IQ3_S", 256, "2 1*108" }, { 19, "IQ1_S", 256, "2 1*32 2*8" }, { 29, "IQ1_M", 256, "1*48 2*4" },
        { 20, "IQ4_NL", 32, "2 1*16" }, { 23, "IQ4_XS", 256, "2 2 1*132" },
        { 34, "TQ1_0", 256, "1*52 2" }, { 35, "TQ2_0", 256, "1*64 2" }, { 39, "MXFP4", 32, "1*17" }, { 40, "NVFP4", 64, "1*36" },
        { 41, "Q1_0", 128, "2 1*16" }, { 42, "Q2_0", 64, "2 1*16" },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Find_BigEndianTensor_HasTheBytesOfALittleEndianOne(uint type, string name, int numbers, string fields)
    {
        var widths = Widths(fields);
        var little = new byte[Blocks * widths.Sum()];
        new Random(7).NextBytes(little);
        var big = (byte[])little.Clone();
        var at = 0;
        foreach (var width in Enumerable.Repeat(widths, Blocks).SelectMany(block => block))
        {
            big.AsSpan(at, width).Reverse();
            at += width;
        }

        foreach (var magic in (string[])["GGUF", "FUGG"])
        {
            using var source = GgufWeightSource.Open(_directory.Write("big.gguf", BigEndianFile(magic, type, Blocks * numbers, big)));

            source.File.IsBigEndian.ShouldBeTrue();
            source.File.Tensors[0].Data.AsSpan<byte>().ToArray().ShouldBe(big);
            var tensor = source.Find("t")!;
            tensor.Format.ShouldBe(name);
            tensor.Shape.ShouldBe([Blocks * numbers]);
            tensor.Data.AsSpan<byte>().ToArray().ShouldBe(little);
            source.Find("t").ShouldBeSameAs(tensor);
        }
    }

    [Fact]
    public void Types_ThatAreKnown_AreAllTested() =>
        Enumerable.Range(0, 1000).Where(id => GgmlType.Find((uint)id) is not null).ShouldBe(Types.Select(row => (int)row.Data.Item1).Order());

    // Longer than what is turned at once, and no multiple of it.
    [Theory]
    [InlineData(0u, 4, 1, 200_001)]
    [InlineData(7u, 24, 32, 30_001)]
    public void Find_LongBigEndianTensor_IsTurnedToItsEnd(uint type, int blockBytes, int numbers, int blocks)
    {
        var bytes = new byte[blocks * blockBytes];
        new Random(8).NextBytes(bytes);
        using var source = GgufWeightSource.Open(_directory.Write("long.gguf", BigEndianFile("GGUF", type, (long)blocks * numbers, bytes)));

        var turned = source.Find("t")!.Data.AsSpan<byte>().ToArray();

        int[] widths = type == 0 ? [4] : [2, 2, 4, .. Enumerable.Repeat(1, 16)];
        var at = 0;
        foreach (var width in Enumerable.Repeat(widths, blocks).SelectMany(block => block))
        {
            turned.AsSpan(at, width).Reverse();
            at += width;
        }

        turned.AsSpan().SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public void Open_BigEndianMagicWithALittleEndianVersion_IsRefused()
    {
        var bytes = File.ReadAllBytes(Path.Combine(Conformance.Own, "gguf", "valid", "tensors.gguf"));
        "FUGG"u8.CopyTo(bytes);
        var path = _directory.Write("mixed.gguf", bytes);

        Conformance.ShouldBeRefused(path, () => GgufFile.Open(path).Dispose());
    }

    public void Dispose() => _directory.Dispose();

    private static int[] Widths(string fields) =>
        [.. fields.Split(' ').Select(field => field.Split('*')).SelectMany(field => Enumerable.Repeat(int.Parse(field[0], null), field.Length > 1 ? int.Parse(field[1], null) : 1))];

    // One pair, one tensor; the alignment is the smallest.
    private static byte[] BigEndianFile(string magic, uint type, long numbers, byte[] data)
    {
        const string Key = "general.alignment";
        const int Alignment = 8;
        var head = new List<byte>();
        head.AddRange(Encoding.ASCII.GetBytes(magic));
        Number(4, 3);
        Number(8, 1);
        Number(8, 1);
        Number(8, Key.Length);
        head.AddRange(Encoding.ASCII.GetBytes(Key));
        Number(4, (long)GgufValueType.UInt32);
        Number(4, Alignment);
        Number(8, 1);
        head.Add((byte)'t');
        Number(4, 1);
        Number(8, numbers);
        Number(4, type);
        Number(8, 0);
        head.AddRange(new byte[(Alignment - (head.Count % Alignment)) % Alignment]);
        return [.. head, .. data];

        void Number(int width, long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            head.AddRange(bytes[^width..]);
        }
    }
}
