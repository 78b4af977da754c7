using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

/// <summary>Whole sequences with their queries, keys and values, and the ways to compute their attention.</summary>
internal sealed class AttentionCase
{
    public AttentionCase(AttentionShape shape, int[] lengths, int seed = 1, bool valuesInKeys = false)
    {
        Shape = shape;
        Batch = Ragged.Whole(lengths);
        Q = Random(Batch.Total, shape.Heads * shape.KeyDim, seed, 3);
        K = Random(Batch.Total, shape.KeyHeads * shape.KeyDim, seed + 1, 2);
        V = Random(Batch.Total, shape.KeyHeads * shape.ValueDim, seed + 2);
        ValuesInKeys = valuesInKeys;
        for (var row = 0; row < Batch.Total && valuesInKeys; row++)
        {
            for (var head = 0; head < shape.KeyHeads; head++)
            {
                Row<float>(K, row).Slice(head * shape.KeyDim, shape.ValueDim).CopyTo(Row<float>(V, row)[(head * shape.ValueDim)..]);
            }
        }
    }

    public AttentionShape Shape { get; }

    public Ragged Batch { get; }

    public Operand Q { get; }

    public Operand K { get; }

    public Operand V { get; }

    public bool ValuesInKeys { get; }

    /// <summary>What runs in the place of a kernel over pages: the kernel, if nothing else is said.</summary>
    public Func<LaneKernel, Kernel> Through { get; init; } = kernel => kernel;

    public static AttentionShape Shaped(int heads = 2, int keyHeads = 1, int keyDim = 8, int valueDim = 16, bool causal = true, int window = 0, params ScoreTerm[] terms) =>
        new(heads, keyHeads, keyDim, valueDim, 1 / MathF.Sqrt(keyDim), causal, window, terms);

    public Operand Output() => Empty(Batch.Total, Shape.Heads * Shape.ValueDim);

    public Operand LogSumExp() => Empty(Batch.Total, Shape.Heads);

    /// <summary>Without a cache: (output, log-sum-exp).</summary>
    public (byte[] Output, byte[] LogSumExp) Uncached(Processor processor, long chunk = long.MaxValue)
    {
        var (output, lse) = (Output(), LogSumExp());
        Run(new AttentionKernel(processor, Q, new KeyValueRows(K, V, Batch.Rows), Batch.Rows, null, Shape, output, lse), chunk);
        return (Bits(output), Bits(lse));
    }

    /// <summary>
    /// Through pages that hold NaN until written, in a shuffled order, in chunks of at most <paramref name="rows"/> rows a sequence; the
    /// sequences of a chunk stand in descending order. Whether infinities and NaN that are written be noted, so that readers need not look for any.
    /// </summary>
    public (byte[] Output, byte[] LogSumExp) Cached(Processor processor, ElementType format, int rows, int seed = 1, long chunk = long.MaxValue, bool noted = false)
    {
        var (output, lse) = (Output(), LogSumExp());
        var slot = Slot(format, seed, noted ? new NativeBuffer(sizeof(int)).Region : default);
        for (var start = 0; start < Batch.Counts.Max(); start += rows)
        {
            int[] counts = [.. Batch.Counts.Select(length => Math.Clamp(length - start, 0, rows))];
            var ragged = new Ragged([.. Batch.Counts.Select(length => Math.Min(start, length))], counts, [.. Enumerable.Range(0, counts.Length).Reverse()]);
            Operand[] inputs = [Take(Q, ragged), Take(K, ragged), Take(V, ragged)];
            var (part, partLse) = (Empty(ragged.Total, output.Columns), Empty(ragged.Total, lse.Columns));
            Run(Through(new CacheWriteKernel(processor, inputs[1], ValuesInKeys ? default : inputs[2], ragged.Rows, slot)), chunk);
            Run(Through(new AttentionKernel(processor, inputs[0], slot, ragged.Rows, null, Shape, part, partLse)), chunk);
            Give(part, ragged, output);
            Give(partLse, ragged, lse);
        }

        return (Bits(output), Bits(lse));
    }

    public PagedSlot Slot(ElementType format, int seed, Region specials = default)
    {
        int[] pages = [.. Batch.Counts.Select(length => (length + PagedSlot.PageSize - 1) / PagedSlot.PageSize)];
        var numbers = Enumerable.Range(0, pages.Sum() + 3).ToArray();
        new Random(seed).Shuffle(numbers);
        var table = new int[pages.Length * pages.Max()];
        Array.Fill(table, -1);
        var next = 0;
        for (var s = 0; s < pages.Length; s++)
        {
            for (var page = 0; page < pages[s]; page++)
            {
                table[(s * pages.Max()) + page] = numbers[next++];
            }
        }

        var slotBytes = PagedSlot.BytesPerPage(format, Shape.KeyHeads, Shape.KeyDim, Shape.ValueDim, ValuesInKeys);
        (slotBytes % 64).ShouldBe(0);
        var pageBytes = slotBytes + 192;
        var pool = Guarded.Memory(numbers.Length * pageBytes);
        pool.AsSpan<byte>().Fill(0xFF);
        return new(Of(pages.Length, pages.Max(), table), pool, pageBytes, 128, format, Shape.KeyHeads, Shape.KeyDim, Shape.ValueDim, ValuesInKeys, specials);
    }

    private Operand Take(Operand whole, Ragged part)
    {
        var taken = Empty(part.Total, whole.Columns);
        Each(part, (from, to) => Row<float>(whole, from).CopyTo(Row<float>(taken, to)));
        return taken;
    }

    private void Give(Operand part, Ragged ragged, Operand whole) => Each(ragged, (to, from) => Row<float>(part, from).CopyTo(Row<float>(whole, to)));

    private void Each(Ragged part, Action<int, int> rows)
    {
        for (var s = 0; s < part.Counts.Length; s++)
        {
            for (var i = 0; i < part.Counts[s]; i++)
            {
                rows(Batch.First[s] + part.Starts[s] + i, part.First[s] + i);
            }
        }
    }
}
