using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Recurrent;
using Sequitur.Kernels.Tests.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Recurrent;

public class RecurrentKernelTests
{
    private static readonly int[] Counts = [1, 0, 30, 7];

    public static TheoryData<int> Widths => [.. Lengths.Where(length => length > 0), 513];

    [Theory]
    [MemberData(nameof(Widths))]
    public void TokenShift_OnEveryTier_GivesTheRowBefore(int width)
    {
        var ragged = new Ragged(new int[4], Counts, [2, 1, 3, 0]);
        var x = Random(ragged.Total, width, 1);
        var y = EqualOnAllTiers(() => Empty(ragged.Total, width), (processor, output) => new TokenShiftKernel(processor, x, ragged.Rows, null, output));
        for (var s = 0; s < Counts.Length; s++)
        {
            for (var i = 0; i < Counts[s]; i++)
            {
                var expected = i == 0 ? new float[width] : Row<float>(x, ragged.First[s] + i - 1).ToArray();
                Row<float>(y, ragged.First[s] + i).ToArray().ShouldBe(expected);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Wkv_OnEveryTier_GivesTheReferencesBitsAndTheSumsOfThePaper(int width)
    {
        var ragged = new Ragged(new int[4], Counts, [2, 1, 3, 0]);
        Operand[] inputs = Inputs(ragged.Total, width);
        var y = EqualOnAllTiers(() => Empty(ragged.Total, width), (processor, output) => Wkv(processor, inputs, ragged, null, output));
        for (var s = 0; s < Counts.Length; s++)
        {
            for (var i = 0; i < Counts[s]; i++)
            {
                for (var channel = 0; channel < width; channel++)
                {
                    var plain = Plain(inputs, ragged.First[s], i, channel);
                    ((double)Row<float>(y, ragged.First[s] + i)[channel]).ShouldBe(plain, 3e-6 * (1 + Math.Abs(plain)));
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(29)]
    public void Run_InChunksWithState_GivesTheBitsOfTheWhole(int rows)
    {
        const int Width = 37;
        var whole = Ragged.Whole(Counts);
        var inputs = Inputs(whole.Total, Width);
        foreach (var processor in Processor.Available)
        {
            var (shifted, mixed) = (Empty(whole.Total, Width), Empty(whole.Total, Width));
            Run(new TokenShiftKernel(processor, inputs[0], whole.Rows, null, shifted));
            Run(Wkv(processor, inputs, whole, null, mixed));
            var (shiftSlot, wkvSlot) = Slots(Width);
            for (var start = 0; start < Counts.Max(); start += rows)
            {
                int[] counts = [.. Counts.Select(count => Math.Clamp(count - start, 0, rows))];
                var part = new Ragged([.. Counts.Select(count => Math.Min(count, start))], counts, [3, 2, 0, 1]);
                var taken = inputs.Select((input, i) => i < 2 ? Take(input, whole, part) : input).ToArray();
                var (y, z) = (Empty(part.Total, Width), Empty(part.Total, Width));
                Run(new TokenShiftKernel(processor, taken[0], part.Rows, shiftSlot, y));
                Run(Wkv(processor, taken, part, wkvSlot, z), 2);
                Bits(y).ShouldBe(Bits(Take(shifted, whole, part)), $"token shift, {processor.Tier}");
                Bits(z).ShouldBe(Bits(Take(mixed, whole, part)), $"wkv, {processor.Tier}");
            }
        }
    }

    [Fact]
    public void Constructor_WithAStateThatDoesNotFit_Throws()
    {
        var ragged = Ragged.Whole(2);
        var (x, y) = (Random(2, 8, 1), Empty(2, 8));
        var pool = new NativeBuffer(256).Region;
        var table = Of(1, 1, [0]);
        _ = new TokenShiftKernel(Processor.Reference, x, ragged.Rows, new(table, pool, 64, 32), y);
        Should.Throw<ArgumentException>(() => new TokenShiftKernel(Processor.Reference, x, ragged.Rows, new(table, pool, 64, 36), y));
        Should.Throw<ArgumentException>(() => new StateSlot(table, pool, 64, 64));
        Should.Throw<InvalidOperationException>(() =>
            Run(new TokenShiftKernel(Processor.Reference, x, ragged.Rows, new(Of(1, 1, [4]), pool, 64, 0), y)));
    }

    private static Operand[] Inputs(int rows, int width) =>
        [Random(rows, width, 1, 8), Random(rows, width, 2), Random(1, width, 3, 4), Random(1, width, 4, 2)];

    private static Kernel Wkv(Processor processor, Operand[] inputs, Ragged ragged, StateSlot? state, Operand y) =>
        new WkvKernel(processor, inputs[0], inputs[1], inputs[2], inputs[3], ragged.Rows, state, y);

    // Pages of four sequences in another order; all bytes are NaN, so a state that is read before it was written shows.
    private static (StateSlot Shift, StateSlot Wkv) Slots(int width)
    {
        var pageBytes = (4L * width * 4) + 24;
        var pool = Guarded.Memory(5 * pageBytes);
        pool.AsSpan<byte>().Fill(0xFF);
        var table = Of(4, 1, [2, 4, 0, 1]);
        return (new(table, pool, pageBytes, 8), new(table, pool, pageBytes, 12 + (width * 4)));
    }

    private static Operand Take(Operand whole, Ragged all, Ragged part)
    {
        var taken = Empty(part.Total, whole.Columns);
        for (var s = 0; s < part.Counts.Length; s++)
        {
            for (var i = 0; i < part.Counts[s]; i++)
            {
                Row<float>(whole, all.First[s] + part.Starts[s] + i).CopyTo(Row<float>(taken, part.First[s] + i));
            }
        }

        return taken;
    }

    // wkv_t = (Σ_{i<t} e^{(t−1−i)·w + k_i} v_i + e^{u + k_t} v_t) / (the same without v), with w = −exp(time_decay).
    private static double Plain(Operand[] inputs, int first, int t, int channel)
    {
        var decay = -Math.Exp(Row<float>(inputs[2], 0)[channel]);
        var (above, below) = (0.0, 0.0);
        for (var i = 0; i <= t; i++)
        {
            var exponent = i == t ? Row<float>(inputs[3], 0)[channel] : (t - 1 - i) * decay;
            var weight = Math.Exp(exponent + Row<float>(inputs[0], first + i)[channel]);
            above += weight * Row<float>(inputs[1], first + i)[channel];
            below += weight;
        }

        return above / below;
    }
}
