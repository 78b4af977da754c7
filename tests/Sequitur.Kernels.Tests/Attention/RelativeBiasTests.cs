using System.Text.Json;
using Sequitur.Kernels.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

public class RelativeBiasTests
{
    [Fact]
    public void Of_ForAllRelativePositions_EqualsTheReferencesTables()
    {
        var folder = Path.Combine(Root(), "tests", "conformance", "models", "attention", "relative-buckets");
        using var description = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json")));
        var tables = File.ReadAllBytes(Path.Combine(folder, "expected.safetensors"));
        var compared = 0;
        foreach (var variant in description.RootElement.GetProperty("variants").EnumerateArray())
        {
            // DeBERTa's variants have other names for other buckets.
            if (!variant.TryGetProperty("num_buckets", out var buckets))
            {
                continue;
            }

            var name = variant.GetProperty("name").GetString()!;
            var ours = new RelativeBuckets(
                buckets.GetInt32(), variant.GetProperty("max_distance").GetInt32(), variant.GetProperty("bidirectional").GetBoolean());
            Enumerable.Range(-300, 601).Select(relative => ours.Of(relative)).ShouldBe(Table(tables, name), name);
            compared++;
        }

        compared.ShouldBe(6);
    }

    [Theory]
    [InlineData(32, 128)]
    [InlineData(64, 5000)]
    [InlineData(4, 2_000_000_000)]
    public void Of_FarAway_NeverDecreasesAndEndsInTheLastBucket(int buckets, int maxDistance)
    {
        var ours = new RelativeBuckets(buckets, maxDistance, bidirectional: false);
        var before = 0;
        for (var distance = 0; distance < 10_000; distance++)
        {
            var bucket = ours.Of(-distance);
            bucket.ShouldBeInRange(before, before + 1);
            before = bucket;
        }

        ours.Of(-maxDistance).ShouldBe(buckets - 1);
        ours.Of(-maxDistance * 2L).ShouldBe(buckets - 1);
        ours.Of(5).ShouldBe(0);
    }

    [Theory]
    [InlineData(2, 128, true)]
    [InlineData(1, 128, false)]
    [InlineData(32, 8, true)]
    [InlineData(5000, 100000, false)]
    public void Constructor_OfImpossibleBuckets_Throws(int buckets, int maxDistance, bool bidirectional) =>
        Should.Throw<ArgumentException>(() => new RelativeBuckets(buckets, maxDistance, bidirectional));

    [Theory]
    [InlineData(true, 0f)]
    [InlineData(false, 0f)]
    [InlineData(false, 4f)]
    public void Run_WithABias_AddsTheTablesEntryAfterTheTermsBefore(bool causal, float cap)
    {
        var table = Random(10, 3, 8);
        var buckets = new RelativeBuckets(10, 20, !causal);
        ScoreTerm bias = new RelativeBias(table, 10, 20, !causal);
        var data = new AttentionCase(AttentionCase.Shaped(3, 3, 8, 8, causal, terms: cap > 0 ? [new SoftCap(cap), bias] : [bias]), [1, 70, 300]);
        var expected = data.Uncached(Processor.Reference);
        foreach (var processor in Processor.Available)
        {
            data.Uncached(processor, 3).Output.ShouldBe(expected.Output, processor.Tier.ToString());
            data.Cached(processor, ElementType.F32, causal ? 33 : 1000).Output.ShouldBe(expected.Output, processor.Tier.ToString());
        }

        var plain = PlainAttention.Of(data, cap, (relative, head) => Row<float>(table, buckets.Of(relative))[head]);
        var actual = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(expected.Output);
        for (var i = 0; i < actual.Length; i++)
        {
            ((double)actual[i]).ShouldBe(plain.Output[i], 4e-6);
        }
    }

    private static int[] Table(byte[] file, string name)
    {
        var header = (int)BitConverter.ToInt64(file);
        using var names = JsonDocument.Parse(file.AsMemory(8, header));
        var offsets = names.RootElement.GetProperty(name).GetProperty("data_offsets");
        var bytes = file.AsSpan(8 + header)[offsets[0].GetInt32()..offsets[1].GetInt32()];
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(bytes).ToArray();
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "tests", "conformance")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no folder above the tests has tests/conformance");
        }

        return folder.FullName;
    }
}
