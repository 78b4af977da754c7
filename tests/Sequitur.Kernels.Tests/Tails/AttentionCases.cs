using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Tests.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Attention over rows of the batch and over pages, and what fills these. The size is that of keys and values, or the number of keys.</summary>
internal static class AttentionCases
{
    private const int KeyHeads = 2;
    private const int KeyDim = 5;
    private const int ValueDim = 7;

    public static IEnumerable<KernelCase> All =>
    [
        new("attention, size of a head", typeof(AttentionKernel), n => n == 0 ? [] : Both(AttentionCase.Shaped(4, KeyHeads, n, n), [3, 66])),
        new("attention, number of keys", typeof(AttentionKernel), n => Both(AttentionCase.Shaped(4, KeyHeads, KeyDim, ValueDim, causal: false), [n, 2])),
        new("attention, window", typeof(AttentionKernel), n => Both(AttentionCase.Shaped(2, KeyHeads, KeyDim, ValueDim, window: 9, terms: new SoftCap(3)), [n, 2])),
        new("attention, hidden key", typeof(AttentionKernel), n => Both(AttentionCase.Shaped(2, KeyHeads, KeyDim, ValueDim, terms: new HiddenKey(n / 2)), [n, 2])),
        new("cache write, size of a head", typeof(CacheWriteKernel), n => n == 0 ? [] : Writes([0, 61], [2, 4], n, n)),
        new("cache write, number of rows", typeof(CacheWriteKernel), n => Writes([0, 61], [n, 1], KeyDim, ValueDim)),
    ];

    private static IEnumerable<Binding> Both(AttentionShape shape, int[] lengths)
    {
        var data = new AttentionCase(shape, lengths);
        var rows = data.Batch.Rows;
        List<KeyValueSource> sources = [new KeyValueRows(data.K, data.V, rows)];
        foreach (var format in new[] { ElementType.F32, ElementType.F16, ElementType.Q8_0 })
        {
            var slot = data.Slot(format, 1);
            Run(new CacheWriteKernel(Processor.Reference, data.K, data.V, rows, slot));
            sources.Add(slot);
        }

        foreach (var keys in sources)
        {
            yield return new(data.Output, (processor, y) => new AttentionKernel(processor, data.Q, keys, rows, null, shape, y, data.LogSumExp()));
            yield return new(data.LogSumExp, (processor, lse) => new AttentionKernel(processor, data.Q, keys, rows, null, shape, data.Output(), lse));
        }
    }

    // The output is the pool: two sequences of up to two pages.
    private static IEnumerable<Binding> Writes(int[] starts, int[] counts, int keyDim, int valueDim)
    {
        const int Pages = 4;
        var ragged = new Ragged(starts, counts);
        var table = Of(2, 2, [2, 0, 3, 1]);
        var (k, v) = (Random(ragged.Total, KeyHeads * keyDim, 1), Random(ragged.Total, KeyHeads * valueDim, 2));
        foreach (var (format, inKeys) in new[] { (ElementType.F32, false), (ElementType.F16, false), (ElementType.F16, true), (ElementType.Q8_0, false), (ElementType.Q8_0, true) })
        {
            if (inKeys && valueDim > keyDim)
            {
                continue;
            }

            var bytes = PagedSlot.BytesPerPage(format, KeyHeads, keyDim, valueDim, inKeys);
            yield return new(
                () =>
                {
                    var pool = Guarded.Memory(Pages * bytes);
                    pool.AsSpan<byte>().Fill(0xFF);
                    return new(pool, Extent.Constant(Pages), (int)bytes / sizeof(int), ElementType.I32);
                },
                (processor, pool) => new CacheWriteKernel(
                    processor, k, inKeys ? default : v, ragged.Rows, new(table, pool.Memory, bytes, 0, format, KeyHeads, keyDim, valueDim, inKeys)));
        }
    }
}
