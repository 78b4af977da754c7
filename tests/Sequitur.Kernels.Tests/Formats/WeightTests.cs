using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Tests.MatMul;

namespace Sequitur.Kernels.Tests.Formats;

public class WeightTests
{
    [Fact]
    public void Stack_OfWeights_LaysRowsEndToEnd()
    {
        var a = Weights.Random(new F32(), 3, 5, 1);
        var b = Weights.Random(new F32(), 4, 5, 2).PermuteRows([3, 1, 0, 2]);
        Weights.Decode(Weight.Stack([a, b, a])).ShouldBe([.. Weights.Decode(a), .. Weights.Decode(b), .. Weights.Decode(a)]);
        Weights.Decode(Weight.Stack([a, a]).SliceRows(2, 3)).ShouldBe([.. Weights.Decode(a)[2..], .. Weights.Decode(a)[..2]]);
    }

    [Fact]
    public void PermuteRows_Twice_Composes()
    {
        var w = Weights.Random(new Q8_0(), 4, 32, 1);
        var rows = Weights.Decode(w);
        Weights.Decode(w.PermuteRows([2, 0, 3, 1]).PermuteRows([3, 3, 0])).ShouldBe([rows[1], rows[1], rows[2]]);
        Weights.Decode(w.SliceRows(1, 3).PermuteRows([2, 0])).ShouldBe([rows[3], rows[1]]);
    }

    [Fact]
    public void DecodeRow_Transposed_ReadsAcrossStoredRows()
    {
        var part = Weights.Part(new F32(), 3, 4, 1, transposed: true);
        var stored = part.Planes[0].AsSpan<float>().ToArray();
        var rows = Weights.Decode(new Weight(new F32(), 3, 4, [part], transposed: true));
        for (var row = 0; row < 3; row++)
        {
            rows[row].ShouldBe(Enumerable.Range(0, 4).Select(k => stored[(k * 3) + row]));
        }
    }

    [Theory]
    [MemberData(nameof(Weights.FormatNames), MemberType = typeof(Weights))]
    public void Constructor_WrongByteLength_Throws(string name)
    {
        var format = BlockFormats.Find(name)!;
        var columns = Weights.Width(format, 64);
        var bytes = format.RowBytes(columns) * 3;
        foreach (var wrong in new[] { 0, bytes - 1, bytes + 1 })
        {
            Should.Throw<InvalidModelException>(() => new Weight(format, 3, columns, [new(new NativeBuffer(wrong).Region, 3)]));
        }

        new Weight(format, 3, columns, [new(new NativeBuffer(bytes).Region, 3)]).Bytes.ShouldBe(bytes);
    }

    [Fact]
    public void Constructor_HostileSizes_Throw()
    {
        var region = new NativeBuffer(64).Region;
        Should.Throw<InvalidModelException>(() => new Weight(new F32(), long.MaxValue, int.MaxValue, [new(region, long.MaxValue)]));
        Should.Throw<InvalidModelException>(() => new Weight(new F32(), 1L << 60, 16, [new(region, 1L << 60)]));
        Should.Throw<InvalidModelException>(() => new Weight(new F32(), -1, 16, [new(region, -1)]));
        Should.Throw<InvalidModelException>(() => new Weight(new F32(), 2, 16, [new(region, 1)]));
        Should.Throw<InvalidModelException>(() => new Weight(new F32(), 0, 0, []));
        Should.Throw<InvalidModelException>(() => new Weight(new F32(), 1, 16, [new([region, region], 1)]));
        Should.Throw<InvalidModelException>(() => new Weight(new Q8_0(), 1, 33, [new(region, 1)]));
        Should.Throw<UnsupportedModelException>(() => new Weight(new Q8_0(), 1, 32, [new(region, 1)], transposed: true));
    }

    [Fact]
    public void Views_OutsideTheRows_Throw()
    {
        var w = Weights.Random(new F32(), 3, 5, 1);
        Should.Throw<InvalidModelException>(() => w.SliceRows(1, 3));
        Should.Throw<InvalidModelException>(() => w.SliceRows(-1, 1));
        Should.Throw<InvalidModelException>(() => w.SliceRows(long.MaxValue, 2));
        Should.Throw<InvalidModelException>(() => w.PermuteRows([0, 3]));
        Should.Throw<InvalidModelException>(() => Weight.Stack([w, Weights.Random(new F32(), 3, 6, 1)]));
        Should.Throw<ArgumentOutOfRangeException>(() => w.DecodeRow(3, new float[5]));
        Should.Throw<ArgumentException>(() => w.DecodeRow(0, new float[4]));
    }
}
