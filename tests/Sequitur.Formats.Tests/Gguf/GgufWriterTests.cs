using System.Text;
using Sequitur.Formats.Gguf;

namespace Sequitur.Formats.Tests.Gguf;

public class GgufWriterTests
{
    public static IEnumerable<TheoryDataRow<string, string>> ValidFiles => Conformance.Files("gguf_valid.json");

    [Fact]
    public void Read_EveryTypeOfMetadata_IsWhatWasWritten()
    {
        KeyValuePair<string, GgufValue>[] metadata =
        [
            new("u8", GgufValues.Of(byte.MaxValue)), new("i8", GgufValues.Of(sbyte.MinValue)), new("u16", GgufValues.Of(ushort.MaxValue)), new("i16", GgufValues.Of(short.MinValue)),
            new("u32", GgufValues.Of(uint.MaxValue)), new("i32", GgufValues.Of(int.MinValue)), new("u64", GgufValues.Of(1UL << 63)), new("i64", GgufValues.Of(long.MinValue)),
            new("f32", GgufValues.Of(float.NaN)), new("f64", GgufValues.Of(double.NegativeInfinity)), new("yes", GgufValues.Of(true)), new("no", GgufValues.Of(false)),
            new("empty", GgufValues.Of("")), new("text", GgufValues.Of("tschüß 🙂")), new("bytes", GgufValues.OfBytes([0xFF, 0, 0xC3])),
            new("no numbers", GgufValues.OfArray<float>([])), new("numbers", GgufValues.OfArray<double>([1.5, double.NaN, -0.0])), new("truths", GgufValues.OfArray<bool>([true, false])),
            new("no strings", GgufValues.OfStrings(Array.Empty<string>())), new("strings", GgufValues.OfStrings(["", "a", "ß"])),
            new("no arrays", GgufValues.OfArrays()), new("arrays", GgufValues.OfArrays(GgufValues.OfArray<int>([-1, 2]), GgufValues.OfStrings(["x"]), GgufValues.OfArrays(GgufValues.OfArray<byte>([7])))),
        ];
        using var folder = new TemporaryDirectory();
        using var file = Written(folder, metadata, []);

        file.Metadata.Keys.ShouldBe(metadata.Select(pair => pair.Key));
        foreach (var (key, value) in metadata)
        {
            ShouldBeSame(file.Metadata[key], value, key);
        }

        file.Metadata["u64"].TryGetInteger(out var large).ShouldBeTrue();
        large.ShouldBe((Int128)1 << 63);
        file.Metadata.GetStringArray("strings").ShouldBe(["", "a", "ß"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_RandomFiles_AreWhatWasWritten(int seed)
    {
        using var folder = new TemporaryDirectory();
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var metadata = Enumerable.Range(0, random.Next(12)).Select(i => new KeyValuePair<string, GgufValue>($"key.{i}", RandomValue(random, 0))).ToList();
            if (random.Next(2) == 0)
            {
                metadata.Add(new("general.alignment", GgufValues.Of(8u << random.Next(6))));
            }

            var tensors = Enumerable.Range(0, random.Next(8)).Select(i => RandomTensor(random, $"tensor.{i}")).ToArray();
            using var file = Written(folder, metadata, tensors.Select(tensor => tensor.Tensor));

            file.Metadata.Keys.ShouldBe(metadata.Select(pair => pair.Key));
            metadata.ForEach(pair => ShouldBeSame(file.Metadata[pair.Key], pair.Value, $"seed {seed}, round {round}, {pair.Key}"));
            file.Tensors.Select(tensor => tensor.Name).ShouldBe(tensors.Select(tensor => tensor.Tensor.Name));
            foreach (var (read, (tensor, bytes)) in file.Tensors.Zip(tensors))
            {
                read.Format.ShouldBe(tensor.Type);
                read.Shape.ShouldBe(tensor.Shape);
                read.Data.AsSpan<byte>().SequenceEqual(bytes).ShouldBeTrue($"seed {seed}, round {round}, {tensor.Name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(ValidFiles))]
    public void Read_ValidFilesWrittenAgain_HaveTheSameContents(string folder, string name)
    {
        var path = Path.Combine(Conformance.Folders[folder], "gguf", "valid", name);
        using var source = GgufFile.Open(path);
        Assert.SkipWhen(source.Tensors.Any(tensor => Encoding.UTF8.GetByteCount(tensor.Name) > 63), "ggml reads no name of 64 bytes");
        using var weights = source.IsBigEndian ? GgufWeightSource.Open(path) : null;
        var tensors = source.Tensors.Select(tensor => weights?.Find(tensor.Name) ?? tensor).ToArray();
        using var temporary = new TemporaryDirectory();
        using var copy = Written(temporary, source.Metadata, tensors.Select(tensor => new GgufTensor(tensor.Name, tensor.Format, tensor.Shape, stream => stream.Write(tensor.Data.AsSpan<byte>()))));

        copy.Alignment.ShouldBe(source.Alignment);
        copy.IsBigEndian.ShouldBeFalse();
        copy.Metadata.Keys.ShouldBe(source.Metadata.Keys);
        foreach (var (key, value) in source.Metadata)
        {
            ShouldBeSame(copy.Metadata[key], value, key);
        }

        foreach (var (a, b) in copy.Tensors.Zip(tensors))
        {
            a.ToString().ShouldBe(b.ToString());
            a.Data.AsSpan<byte>().SequenceEqual(b.Data.AsSpan<byte>()).ShouldBeTrue(a.Name);
        }
    }

    [Fact]
    public void New_Impossible_IsRefusedByName()
    {
        static GgufTensor Tensor(string name, string type = "F32", params long[] shape) => new(name, type, shape.Length == 0 ? [4] : shape, _ => { });
        static void Refused(string named, IReadOnlyCollection<KeyValuePair<string, GgufValue>> metadata, params GgufTensor[] tensors) =>
            Should.Throw<InvalidModelException>(() => new GgufWriter(metadata, tensors)).Message.ShouldContain(named);
        static KeyValuePair<string, GgufValue> Pair(string key, GgufValue? value = null) => new(key, value ?? GgufValues.Of(1u));

        Refused("'twice'", [Pair("twice"), Pair("twice")]);
        Refused("''", [Pair("")]);
        Refused("65535", [Pair(new string('k', 65536))]);
        Refused("general.alignment", [Pair("general.alignment", GgufValues.Of(24u))]);
        Refused("general.alignment", [Pair("general.alignment", GgufValues.Of(32UL))]);
        Refused("levels", [Pair("deep", Enumerable.Range(0, 4).Aggregate(GgufValues.OfArray<byte>([1]), (value, _) => GgufValues.OfArrays(value)))]);
        Refused("'twice'", [], Tensor("twice"), Tensor("twice"));
        Refused("63", [], Tensor(new string('t', 64)));
        Refused("no valid text", [], Tensor("\uD800"));
        Refused("Q9_9", [], Tensor("a", "Q9_9"));
        Refused("blocks of 32", [], Tensor("a", "Q4_1", 2, 33));
        Refused("sizes", [], Tensor("a", "F32", 1, 1, 1, 1, 4));
        Refused("sizes", [], Tensor("a", "F32", 0, 4));
        Refused("no memory", [], Tensor("a", "F32", long.MaxValue / 4, 4));
    }

    [Fact]
    public void Write_TensorOfAnotherLength_LeavesNoFile()
    {
        using var folder = new TemporaryDirectory();
        var writer = new GgufWriter([], [new("short", "F32", [4], stream => stream.Write(new byte[12]))]);

        Should.Throw<InvalidOperationException>(() => writer.WriteFile(Path.Combine(folder.Path, "a.gguf"))).Message.ShouldContain("short");
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
    }

    private static GgufFile Written(TemporaryDirectory folder, IReadOnlyCollection<KeyValuePair<string, GgufValue>> metadata, IEnumerable<GgufTensor> tensors)
    {
        var path = Path.Combine(folder.Path, "written.gguf");
        var writer = new GgufWriter(metadata, [.. tensors]);
        writer.WriteFile(path);
        new FileInfo(path).Length.ShouldBe(writer.Bytes);
        return GgufFile.Open(path);
    }

    private static void ShouldBeSame(GgufValue actual, GgufValue expected, string what)
    {
        (actual.Type, actual.ElementType, actual.Count).ShouldBe((expected.Type, expected.ElementType, expected.Count), what);
        if (expected.Arrays is { } arrays)
        {
            foreach (var (a, b) in actual.Arrays!.Zip(arrays))
            {
                ShouldBeSame(a, b, what);
            }
        }
        else if (expected.Strings is { } strings)
        {
            Enumerable.Range(0, strings.Count).All(i => actual.Strings!.Bytes(i).SequenceEqual(strings.Bytes(i))).ShouldBeTrue(what);
        }
        else
        {
            Bits(actual.ToObject()).ShouldBe(Bits(expected.ToObject()), what);
        }
    }

    // Floats by their bits, so that NaN is NaN and −0 is not 0.
    private static object Bits(object value) => value switch
    {
        double number => BitConverter.DoubleToInt64Bits(number),
        object[] items => string.Join(' ', items.Select(Bits)),
        _ => value,
    };

    private static GgufValue RandomValue(Random random, int depth)
    {
        var count = random.Next(5);
        byte[] Bytes() => [.. Enumerable.Range(0, random.Next(9)).Select(_ => (byte)random.Next(256))];
        return random.Next(depth < 3 ? 14 : 12) switch
        {
            _ when depth > 0 && random.Next(2) == 0 => GgufValues.OfArray<ushort>([.. Bytes().Select(b => (ushort)(b * 257))]),
            _ when depth > 0 => GgufValues.OfStrings([.. Enumerable.Range(0, count).Select(_ => Bytes())]),
            0 => GgufValues.Of((byte)random.Next()),
            1 => GgufValues.Of((sbyte)random.Next()),
            2 => GgufValues.Of((ushort)random.Next()),
            3 => GgufValues.Of((short)random.Next()),
            4 => GgufValues.Of((uint)random.NextInt64()),
            5 => GgufValues.Of((int)random.NextInt64()),
            6 => GgufValues.Of((ulong)random.NextInt64()),
            7 => GgufValues.Of(random.NextInt64()),
            8 => GgufValues.Of(BitConverter.Int32BitsToSingle((int)random.NextInt64())),
            9 => GgufValues.Of(BitConverter.Int64BitsToDouble(random.NextInt64())),
            10 => GgufValues.Of(random.Next(2) == 0),
            11 => GgufValues.OfBytes(Bytes()),
            _ => GgufValues.OfArrays([.. Enumerable.Range(0, count).Select(_ => RandomValue(random, depth + 1))]),
        };
    }

    private static (GgufTensor Tensor, byte[] Bytes) RandomTensor(Random random, string name)
    {
        // type, numbers and bytes of a block
        (string Type, int Block, int Bytes)[] types = [("F32", 1, 4), ("F16", 1, 2), ("BF16", 1, 2), ("I8", 1, 1), ("I64", 1, 8), ("Q4_0", 32, 18), ("Q4_1", 32, 20), ("Q8_0", 32, 34), ("Q6_K", 256, 210), ("MXFP4", 32, 17)];
        var (type, block, blockBytes) = types[random.Next(types.Length)];
        long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(1, 4)), block * random.Next(1, 4)];
        var bytes = new byte[shape.Aggregate(1L, (a, b) => a * b) / block * blockBytes];
        random.NextBytes(bytes);
        return (new(name, type, shape, stream => stream.Write(bytes)), bytes);
    }
}
