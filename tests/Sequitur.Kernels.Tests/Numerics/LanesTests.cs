using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Tests.Wide;

namespace Sequitur.Kernels.Tests.Numerics;

public sealed unsafe class LanesTests
{
    private static readonly float[] Samples =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 3.49999976f, 8388607.5f, 8388609f, -4194304.5f, 1e10f, -1e10f,
        float.Epsilon, -float.Epsilon, 1.17549435e-38f, 1.1754942e-38f, 3.14159f, -2.71828f, 65504f, 65520f, 1e-7f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, -float.NaN, 0.1f, 16777217f,
    ];

    [Fact]
    public void Operations_OnEveryTier_EqualIeeeArithmetic()
    {
        Check<One>(Tier.Scalar);
        Check<Four>(Tier.V128);
        Check<Eight>(Tier.V256);
        Check<Sixteen>(Tier.V512);
        Check<WideLanes>(Tier.V256);
    }

    [Fact]
    public void LoadHalf_AllHalves_WidensExactly()
    {
        Widen<One>(Tier.Scalar);
        Widen<Four>(Tier.V128);
        Widen<Eight>(Tier.V256);
        Widen<Sixteen>(Tier.V512);
        Widen<WideLanes>(Tier.V256);
    }

    [Fact]
    public void LoadByte_AllBytes_Converts()
    {
        Convert<One>(Tier.Scalar);
        Convert<Four>(Tier.V128);
        Convert<Eight>(Tier.V256);
        Convert<Sixteen>(Tier.V512);
        Convert<WideLanes>(Tier.V256);
    }

    [Fact]
    public void StoreHalf_NeighboursOfAllHalvesAndTies_RoundsToEven()
    {
        var values = new List<float>();
        for (var bits = 0; bits < 65536; bits++)
        {
            // A half, the tie between it and the next one, and the floats beside both.
            var half = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            var tie = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(half) + 0x1000);
            tie = MathF.Abs(half) < 6.1035156e-5f ? half + (float.CopySign(2.9802322e-8f, half)) : tie;
            values.AddRange([half, MathF.BitIncrement(half), MathF.BitDecrement(half), tie, MathF.BitIncrement(tie), MathF.BitDecrement(tie)]);
        }

        for (ulong bits = 0; bits < 1ul << 32; bits += 10007)
        {
            values.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        }

        values.AddRange([65519.996f, 65520f, -65520f, 65536f, float.MaxValue, float.Epsilon, 2.9802322e-8f, 2.9802326e-8f]);
        while (values.Count % 16 != 0)
        {
            values.Add(1);
        }

        var all = values.ToArray();
        Narrow<One>(Tier.Scalar, all);
        Narrow<Four>(Tier.V128, all);
        Narrow<Eight>(Tier.V256, all);
        Narrow<Sixteen>(Tier.V512, all);
        Narrow<WideLanes>(Tier.V256, all);
    }

    private static void Check<V>(Tier tier)
        where V : struct, ILanes<V>
    {
        if (!Processor.IsSupported(tier))
        {
            return;
        }

        foreach (var b in Samples)
        {
            Binary<V>("+", b, (x, y) => x + y, (x, y) => x + y);
            Binary<V>("-", b, (x, y) => x - y, (x, y) => x - y);
            Binary<V>("*", b, (x, y) => x * y, (x, y) => x * y);
            Binary<V>("/", b, (x, y) => x / y, (x, y) => x / y);
            Binary<V>("max", b, V.Max, MathF.Max);
            Binary<V>("min", b, V.Min, MathF.Min);
            Binary<V>("<", b, (x, y) => V.Select(V.LessThan(x, y), x, y), (x, y) => x < y ? x : y);
            Binary<V>("=", b, (x, y) => V.Select(V.Equal(x, y), x, V.Broadcast(7)), (x, y) => x == y ? x : 7);
            Binary<V>("fma", b, (x, y) => V.Fma(x, y, y), (x, y) => MathF.FusedMultiplyAdd(x, y, y));
        }

        Binary<V>("sqrt", 0, (x, _) => V.Sqrt(x), (x, _) => MathF.Sqrt(x));
        Binary<V>("abs", 0, (x, _) => V.Abs(x), (x, _) => MathF.Abs(x));
        Binary<V>("negate", 0, (x, _) => -x, (x, _) => -x);
        Binary<V>("round", 0, (x, _) => V.Round(x), (x, _) => MathF.Round(x, MidpointRounding.ToEven));
        Binary<V>("exponent", 0, (x, _) => V.Exponent(V.Max(V.Abs(x), V.Broadcast(1e-30f))), (x, _) => Exponent(MathF.Max(MathF.Abs(x), 1e-30f)));
        Binary<V>("fraction", 0, (x, _) => V.Fraction(V.Max(V.Abs(x), V.Broadcast(1e-30f))), (x, _) => Fraction(MathF.Max(MathF.Abs(x), 1e-30f)));
        Powers<V>();
        Integers<V>();
    }

    private static float Exponent(float x) => float.IsFinite(x) ? MathF.ILogB(x) : 128;

    private static float Fraction(float x) => float.IsFinite(x) ? MathF.ScaleB(x, -MathF.ILogB(x)) : float.IsNaN(x) ? 1.5f : 1;

    private static void Binary<V>(string name, float b, Func<V, V, V> lanes, Func<float, float, float> exact)
        where V : struct, ILanes<V>
    {
        var results = stackalloc float[16];
        fixed (float* a = Samples)
        {
            for (var i = 0; i < Samples.Length; i += V.Count)
            {
                V.Store(results, lanes(V.Load(a + i), V.Broadcast(b)));
                for (var lane = 0; lane < V.Count; lane++)
                {
                    var expected = exact(a[i + lane], b);
                    SameBits(results[lane], expected).ShouldBeTrue($"{name} of {a[i + lane]:R} and {b:R}: {results[lane]:R} in {V.Count} lanes, expected {expected:R}");
                }
            }
        }
    }

    private static void Powers<V>()
        where V : struct, ILanes<V>
    {
        var results = stackalloc float[16];
        for (var n = -126; n <= 127; n++)
        {
            V.Store(results, V.PowerOfTwo(V.Broadcast(n)));
            results[V.Count - 1].ShouldBe(MathF.ScaleB(1, n));
        }
    }

    private static void Integers<V>()
        where V : struct, ILanes<V>
    {
        var values = stackalloc int[16] { 0, 1, -1, 16777216, 16777217, 16777219, -16777217, int.MaxValue, int.MinValue, 7, 33554435, 5, 6, 100, -100, 12345678 };
        var results = stackalloc float[16];
        for (var lane = 0; lane < 16; lane += V.Count)
        {
            V.Store(results + lane, V.LoadInteger(values + lane));
        }

        for (var i = 0; i < 16; i++)
        {
            results[i].ShouldBe(values[i]);
        }
    }

    private static void Widen<V>(Tier tier)
        where V : struct, ILanes<V>
    {
        if (!Processor.IsSupported(tier))
        {
            return;
        }

        var halves = stackalloc ushort[16];
        var results = stackalloc float[16];
        for (var bits = 0; bits < 65536; bits += V.Count)
        {
            for (var lane = 0; lane < V.Count; lane++)
            {
                halves[lane] = (ushort)(bits + lane);
            }

            V.Store(results, V.LoadHalf(halves));
            for (var lane = 0; lane < V.Count; lane++)
            {
                var expected = (float)BitConverter.UInt16BitsToHalf(halves[lane]);
                SameBits(results[lane], expected).ShouldBeTrue($"half {halves[lane]:X4}: {results[lane]:R}, expected {expected:R}");
            }

            V.Store(results, V.LoadFiniteHalf(halves));
            for (var lane = 0; lane < V.Count; lane++)
            {
                var expected = (float)BitConverter.UInt16BitsToHalf(halves[lane]);
                (!float.IsFinite(expected) || SameBits(results[lane], expected)).ShouldBeTrue($"half {halves[lane]:X4}: {results[lane]:R}, expected {expected:R}");
            }
        }
    }

    private static void Convert<V>(Tier tier)
        where V : struct, ILanes<V>
    {
        if (!Processor.IsSupported(tier))
        {
            return;
        }

        var bytes = stackalloc sbyte[16];
        var results = stackalloc float[16];
        for (var first = -128; first < 128; first += V.Count)
        {
            for (var lane = 0; lane < V.Count; lane++)
            {
                bytes[lane] = (sbyte)(first + lane);
            }

            V.Store(results, V.LoadByte(bytes));
            for (var lane = 0; lane < V.Count; lane++)
            {
                results[lane].ShouldBe(first + lane, $"{tier}");
            }
        }
    }

    private static void Narrow<V>(Tier tier, float[] values)
        where V : struct, ILanes<V>
    {
        if (!Processor.IsSupported(tier))
        {
            return;
        }

        var halves = stackalloc ushort[16];
        fixed (float* x = values)
        {
            for (var i = 0; i < values.Length; i += V.Count)
            {
                V.StoreHalf(halves, V.Load(x + i));
                for (var lane = 0; lane < V.Count; lane++)
                {
                    var expected = (Half)x[i + lane];
                    var actual = BitConverter.UInt16BitsToHalf(halves[lane]);
                    var same = BitConverter.HalfToUInt16Bits(expected) == halves[lane] || (Half.IsNaN(expected) && Half.IsNaN(actual));
                    if (!same)
                    {
                        Assert.Fail($"{tier}: {x[i + lane]:R} gives {halves[lane]:X4}, expected {BitConverter.HalfToUInt16Bits(expected):X4}");
                    }
                }
            }
        }
    }

    private static bool SameBits(float a, float b) =>
        BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b));
}
