using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Sequitur.Formats.SafeTensors;

namespace Sequitur.Formats.Tests.SafeTensors;

public sealed class SafeTensorsWriterTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_Tensors_ReadAgain()
    {
        NamedTensor[] tensors =
        [
            new("a", [2, 3], [1, -2.5f, float.Epsilon, float.MaxValue, -0f, 3]),
            new("layers.0.q \"ü\"\n", [1, 2, 2], [1, 2, 3, 4]),
            new("none", [0, 7], []),
        ];
        var path = _folder.Write("values.safetensors", Bytes(tensors));

        using var source = SafeTensorsWeightSource.Open(path);
        source.Names.Order(StringComparer.Ordinal).ShouldBe(tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        foreach (var tensor in tensors)
        {
            var stored = source.Find(tensor.Name).ShouldNotBeNull();
            stored.Shape.ShouldBe(tensor.Shape);
            Numbers(Bytes(tensors), tensor.Name).ShouldBe(tensor.Numbers.Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Write_NamesOfAnyLength_KeepNumbersAligned(int length)
    {
        var bytes = Bytes(new NamedTensor(new string('n', length), [1], [7]));

        (BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8).ShouldBe(0UL);
        BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(bytes.Length - sizeof(float))).ShouldBe(7f);
    }

    [Fact]
    public void Write_MoreThanAChunk_KeepsAllNumbers()
    {
        float[] numbers = [.. Enumerable.Range(0, (1 << 20) + 3)];
        Numbers(Bytes(new NamedTensor("n", [numbers.Length], numbers)), "n").ShouldBe(numbers.Select(BitConverter.SingleToInt32Bits));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    [InlineData(0, 0)]
    public void Write_WrongSizes_IsRefusedBeforeAByteIsWritten(long rows, long columns)
    {
        var stream = new MemoryStream();
        Should.Throw<ArgumentException>(() => SafeTensorsWriter.Write(stream, [new NamedTensor("x", [rows, columns], [1, 2])])).Message.ShouldContain("x has 2 numbers");
        stream.Length.ShouldBe(0);
    }

    private static byte[] Bytes(params NamedTensor[] tensors)
    {
        var stream = new MemoryStream();
        SafeTensorsWriter.Write(stream, tensors);
        return stream.ToArray();
    }

    // The numbers of a tensor as bits, by the format's description alone.
    private static IEnumerable<int> Numbers(byte[] file, string name)
    {
        var head = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(file, sizeof(ulong), head));
        var ends = json.RootElement.GetProperty(name).GetProperty("data_offsets").EnumerateArray().Select(end => end.GetInt32()).ToArray();
        for (var at = ends[0]; at < ends[1]; at += sizeof(float))
        {
            yield return BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(sizeof(ulong) + head + at));
        }
    }
}
