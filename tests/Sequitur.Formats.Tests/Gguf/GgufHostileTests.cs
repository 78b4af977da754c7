using Sequitur.Formats.Gguf;

namespace Sequitur.Formats.Tests.Gguf;

public class GgufHostileTests
{
    private static readonly string Valid = Path.Combine(Conformance.Own, "gguf", "valid");

    public static TheoryData<string> Files => new("scalars.gguf", "arrays.gguf", "tensors.gguf", "quant_types.gguf", "align_64.gguf", "names.gguf", "version2.gguf", "big_endian.gguf");

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_FileCutAnywhere_IsRefused(string name)
    {
        using var directory = new TemporaryDirectory();
        var bytes = File.ReadAllBytes(Path.Combine(Valid, name));
        // padding may be missing: behind the last tensor, or behind the head of a file without tensors
        var expected = Conformance.Case("gguf_valid.json", name, Conformance.Own);
        var start = expected.GetProperty("data_offset").GetInt64();
        var needed = expected.GetProperty("tensors").EnumerateArray()
            .Select(tensor => start + tensor.GetProperty("offset").GetInt64() + tensor.GetProperty("n_bytes").GetInt64())
            .DefaultIfEmpty(start - expected.GetProperty("alignment").GetInt64()).Max();
        for (var part = 0; part < 64; part++)
        {
            var length = bytes.Length * part / 64;
            var path = directory.Write("cut.gguf", bytes.AsSpan(0, length));
            if (length < needed)
            {
                Conformance.ShouldBeRefused(path, () => GgufFile.Open(path).Dispose());
            }
            else
            {
                Mutation.Try(() => Read(path));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_FileWithChangedBytes_IsReadOrRefusedCleanly(string name)
    {
        using var directory = new TemporaryDirectory();
        var bytes = File.ReadAllBytes(Path.Combine(Valid, name));
        var refused = 0;
        for (var seed = 0; seed < 2000; seed++)
        {
            var path = directory.Write("changed.gguf", Mutation.Of(bytes, seed, Math.Min(bytes.Length, 1500)));
            refused += Mutation.Try(() => Read(path)) ? 0 : 1;
        }

        refused.ShouldBeGreaterThan(200);
    }

    private static void Read(string path)
    {
        using var file = GgufFile.Open(path);
        var read = 0L;
        foreach (var value in file.Metadata.Values)
        {
            read += value.ToObject().ToString()!.Length + value.ToString().Length;
        }

        foreach (var tensor in file.Tensors)
        {
            foreach (var item in tensor.Data.AsSpan<byte>())
            {
                read += item;
            }
        }

        read.ShouldBeGreaterThanOrEqualTo(0);
    }
}
