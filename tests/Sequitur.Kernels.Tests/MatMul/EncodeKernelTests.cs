using System.Runtime.InteropServices;
using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class EncodeKernelTests
{
    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 32)]
    [InlineData(5, 96)]
    [InlineData(3, 1536)]
    public void Run_RandomRows_EqualTheReferenceAndRoundTheNumbers(int rows, int columns)
    {
        var x = KernelHarness.Random(rows, columns, 1, 3);
        var y = Encode(x);
        for (var r = 0; r < rows; r++)
        {
            var (q, d, s, halves) = Parts(y, r);
            for (var g = 0; g < columns / 32; g++)
            {
                var group = KernelHarness.Row<float>(x, r).Slice(g * 32, 32).ToArray();
                d[g].ShouldBe(group.Max(MathF.Abs) / 127);
                s[g].ShouldBe(q[(g * 32)..((g * 32) + 32)].Sum(value => value) * d[g]);
                halves[2 * g].ShouldBe((short)q[(g * 32)..((g * 32) + 16)].Sum(value => value));
                halves[(2 * g) + 1].ShouldBe((short)q[((g * 32) + 16)..((g * 32) + 32)].Sum(value => value));
                q[(g * 32)..((g * 32) + 32)].Max(value => Math.Abs((int)value)).ShouldBe(127);
                for (var i = 0; i < 32; i++)
                {
                    (q[(g * 32) + i] * (double)d[g]).ShouldBe(group[i], d[g] * 0.5001);
                }
            }
        }
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(7.8e-31f, 0f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(float.PositiveInfinity, float.NaN)]
    [InlineData(float.NegativeInfinity, float.NaN)]
    public void Run_GroupWithoutAScale_GivesZeroIntegers(float value, float scale)
    {
        var x = KernelHarness.Empty(1, 64);
        KernelHarness.Row<float>(x, 0).Clear();
        KernelHarness.Row<float>(x, 0)[37] = value;
        KernelHarness.Row<float>(x, 0)[0] = 1;
        var (q, d, s, halves) = Parts(Encode(x), 0);
        q[32..].ShouldAllBe(integer => integer == 0);
        (d[1], s[1], halves[2], halves[3]).ShouldBe((scale, scale, (short)0, (short)0));
        (q[0], d[0], s[0]).ShouldBe(((sbyte)127, 1 / 127f, 127 * (1 / 127f)));
    }

    [Fact]
    public void Run_SmallestScaledAndLargestNumbers_KeepTheirIntegers()
    {
        var x = KernelHarness.Empty(1, 64);
        KernelHarness.Row<float>(x, 0)[..32].Fill(-MathF.ScaleB(1, -100));
        KernelHarness.Row<float>(x, 0)[32..].Fill(float.MaxValue);
        var (q, d, _, _) = Parts(Encode(x), 0);
        q.ShouldBe([.. Enumerable.Repeat((sbyte)-127, 32), .. Enumerable.Repeat((sbyte)127, 32)]);
        d.ShouldBe([MathF.ScaleB(1, -100) / 127, float.MaxValue / 127]);
    }

    [Fact]
    public void Run_Halves_RoundToEven()
    {
        var x = KernelHarness.Empty(1, 32);
        KernelHarness.Row<float>(x, 0).Clear();
        ((float[])[127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f]).CopyTo(KernelHarness.Row<float>(x, 0));
        Parts(Encode(x), 0).Q[..7].ShouldBe([127, 0, 2, 2, 0, -2, -2]);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 32)]
    [InlineData(5, 96)]
    [InlineData(3, 1536)]
    public void Run_WithRemainder_KeepsFifteenBits(int rows, int columns)
    {
        var x = KernelHarness.Random(rows, columns, 1, 3);
        var y = Encode(x, remainder: true);
        var plain = Encode(x);
        for (var r = 0; r < rows; r++)
        {
            var ((q, d, s, halves), first) = (Parts(y, r), Parts(plain, r));
            q[..columns].ShouldBe(first.Q);
            d[..(columns / 32)].ShouldBe(first.D);
            s[..(columns / 32)].ShouldBe(first.S);
            halves[..(columns / 16)].ShouldBe(first.HalfSums);
            for (var i = 0; i < columns; i++)
            {
                var group = KernelHarness.Row<float>(x, r).Slice(i / 32 * 32, 32).ToArray();
                var value = (q[i] * (double)d[i / 32]) + (q[columns + i] * (double)d[(columns + i) / 32]);
                Math.Abs(value - KernelHarness.Row<float>(x, r)[i]).ShouldBeLessThanOrEqualTo(group.Max(MathF.Abs) * Math.ScaleB(1, -14));
            }
        }
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(7.8e-31f, 0f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(float.PositiveInfinity, float.NaN)]
    public void Run_RemainderOfAGroupWithoutAScale_HasNoneEither(float value, float scale)
    {
        var x = KernelHarness.Empty(1, 64);
        KernelHarness.Row<float>(x, 0).Fill(1);
        KernelHarness.Row<float>(x, 0)[32..].Clear();
        KernelHarness.Row<float>(x, 0)[37] = value;
        var (q, d, _, _) = Parts(Encode(x, remainder: true), 0);
        q[96..].ShouldAllBe(integer => integer == 0);
        (d[1], d[3]).ShouldBe((scale, scale));
    }

    [Fact]
    public void Run_NumbersThatAreIntegersTimesTheScale_LeaveNoRemainder()
    {
        var x = KernelHarness.Of(1, 32, [.. Enumerable.Range(0, 32).Select(i => 127f - (8 * i))]);
        var (q, d, _, _) = Parts(Encode(x, remainder: true), 0);
        (d[0], d[1]).ShouldBe((1, 0));
        q[32..].ShouldAllBe(integer => integer == 0);
    }

    private static Operand Encode(Operand x, bool remainder = false) => KernelHarness.EqualOnAllTiers(
        () => KernelHarness.Empty((int)x.Rows.Factor, (remainder ? 2 : 1) * x.Columns, ElementType.Encoded8), (processor, output) => new EncodeKernel(processor, x, output));

    private static (sbyte[] Q, float[] D, float[] S, short[] HalfSums) Parts(Operand encoded, int row)
    {
        var bytes = KernelHarness.Row<byte>(encoded, row);
        var groups = encoded.Columns / 32;
        var scales = MemoryMarshal.Cast<byte, float>(bytes.Slice(encoded.Columns, groups * 8));
        return (
            MemoryMarshal.Cast<byte, sbyte>(bytes[..encoded.Columns]).ToArray(), scales[..groups].ToArray(), scales[groups..].ToArray(),
            MemoryMarshal.Cast<byte, short>(bytes[(encoded.Columns + (groups * 8))..]).ToArray());
    }
}
