using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Tests.MatMul;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Products of decoded weights in every format, packed before and not. The size is the number of outputs; where a format stores numbers by themselves, that of columns falls as it grows.</summary>
internal static class FloatProductCases
{
    private const int Largest = 64;
    private const int Rows = 3;

    public static IEnumerable<KernelCase> All =>
    [
        .. Weights.FormatNames.SelectMany(name => Of(BlockFormats.Find(name.Data)!)).Select(entry => entry with { Chunks = [long.MaxValue] }),
        new("embedding gradient", typeof(EmbeddingGradientKernel), 4, n => n, n =>
        {
            var (ids, dy) = (KernelHarness.Of(Rows, 1, [3, 0, -1]), Random(Rows, n, n));
            return n == 0 ? null : (processor, dw) => new EmbeddingGradientKernel(processor, ids, dy, dw);
        }),
        new("weight gradient", typeof(WeightGradientKernel), n =>
        {
            var (dy, x) = (Random(Rows, n, n), Random(Rows, Largest + 1 - n, n + 1));
            return [new(() => Empty(n, x.Columns), (processor, dw) => new WeightGradientKernel(processor, dy, x, dw))];
        }),
    ];

    /// <summary>The last rows of a stored matrix, so that they end where its memory does.</summary>
    public static Func<int, Weight> Last(BlockFormat format)
    {
        var blocks = new Lazy<Weight>(() => Weights.Random(format, Largest, Weights.Width(format, 64), 1));
        return size => format is DenseFormat ? Weights.Random(format, size, Largest + 1 - size, 1) : blocks.Value.SliceRows(Largest - size, size);
    }

    private static IEnumerable<KernelCase> Of(BlockFormat format)
    {
        var last = Last(format);
        yield return new($"product with {format}", typeof(MatMulKernel), n =>
        {
            var (x, bias, residual) = (Random(Rows, last(n).Columns, 2), Random(1, n, 3), Random(Rows, n, 4));
            return Weights.Panels(last(n)).Select(w => new Binding(() => Empty(Rows, n), (processor, y) => new MatMulKernel(processor, x, w, y, bias, residual)));
        });
        yield return new($"product with {format} experts", typeof(ExpertMatMulKernel), n =>
        {
            var (w, ids) = (Weight.Stack([last(n), last(n)]), KernelHarness.Of(Rows, 2, [1, 0, 1, 1, -1, 0]));
            var x = Random(Rows, w.Columns, 2);
            return n == 0 ? [] : Weights.Panels(w, 2).Select(panels => new Binding(() => Empty(Rows, 2 * n), (processor, y) => new ExpertMatMulKernel(processor, x, ids, panels, y, 2)));
        });
        yield return new($"rows of {format}", typeof(EmbeddingKernel), n =>
        {
            var (w, ids) = (last(n), KernelHarness.Of(Rows, 1, [n - 1, 0, n]));
            return [new(() => Empty(Rows, w.Columns), (processor, y) => new EmbeddingKernel(processor, ids, w, y))];
        });
        yield return new($"transposed product with {format}", typeof(TransposedMatMulKernel), n =>
        {
            var (w, dy) = (last(n), Random(Rows, n, 2));
            return [new(() => Empty(Rows, w.Columns), (processor, dx) => new TransposedMatMulKernel(processor, dy, w, dx))];
        });
        foreach (var transposed in new[] { false, true })
        {
            yield return new($"product with {format} heads{(transposed ? ", transposed" : "")}", typeof(HeadMatMulKernel), n =>
            {
                var (w, first) = (Weight.Stack([last(n), last(n)]), n > 1 ? n % 2 : 0);
                var (inputs, outputs) = transposed ? (n - first, w.Columns) : (w.Columns, n - first);
                var x = Random(Rows, 2 * inputs, 2);
                return n == 0 ? [] :
                    [new(() => Empty(Rows, 2 * outputs), (processor, y) => new HeadMatMulKernel(processor, x, w, y, 2, n, first, n - first, transposed))];
            });
        }
    }
}
