using Sequitur.Kernels.Reduce;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

internal static class ReduceCases
{
    private const int Rows = 5;

    public static IEnumerable<KernelCase> All =>
    [
        new("softmax", typeof(SoftmaxKernel), Rows, n => 2 * n, n =>
        {
            var x = Random(Rows, 2 * n, n, 20);
            return n == 0 ? null : (processor, y) => new SoftmaxKernel(processor, x, y, n);
        }),
        new("column sum", typeof(ColumnSumKernel), 1, n => n, n =>
        {
            var x = Random(Rows, 3 * n, n);
            return n == 0 ? null : (processor, y) => new ColumnSumKernel(processor, x, y);
        }),
        new("spread rows", typeof(SpreadRowsKernel), Rows, n => 2 * n, n =>
        {
            var x = Random(1, n, n);
            return n == 0 ? null : (processor, y) => new SpreadRowsKernel(processor, x, y);
        }),
        new("gather rows", typeof(GatherRowsKernel), Rows, n => n, n =>
        {
            var (x, indices) = (Random(4, n, n), Of(Rows, 1, [3, 0, -1, 4, 3]));
            return (processor, y) => new GatherRowsKernel(processor, x, indices, y);
        }),
        new("scatter rows", typeof(ScatterAddRowsKernel), 4, n => n, n =>
        {
            var (dy, indices) = (Random(Rows, n, n), Of(Rows, 1, [3, 0, -1, 4, 3]));
            return (processor, dx) => new ScatterAddRowsKernel(processor, dy, indices, dx);
        }),
        new("fill", typeof(FillKernel), Rows, n => n, _ => (processor, y) => new FillKernel(processor, y, -2.5f)),
        new("concat", typeof(ConcatKernel), Rows, n => 2 * (n + 3 + (64 - n)), n =>
        {
            Operand[] xs = [Random(Rows, 2 * n, 1), Random(Rows, 6, 2), Random(Rows, 2 * (64 - n), 3)];
            return (processor, y) => new ConcatKernel(processor, xs, y, 2);
        }),
        Moving("copy columns", typeof(CopyColumnsKernel), (p, x, y, n) => new CopyColumnsKernel(p, x, y, 2, 64 - n, n % 3, n)),
        Moving("pad columns", typeof(PadColumnsKernel), (p, x, y, n) => new PadColumnsKernel(p, x, y, 2, 64 - n, n % 3, n)),
        new("cross entropy", typeof(CrossEntropyKernel), Rows, _ => 1, n =>
        {
            var (logits, labels) = (Random(Rows, n, n, 20), Labels(n));
            return n == 0 ? null : (processor, loss) => new CrossEntropyKernel(processor, logits, labels, loss);
        }),
        new("gradient of cross entropy", typeof(CrossEntropyGradientKernel), Rows, n => n, n =>
        {
            var (logits, labels, dloss) = (Random(Rows, n, n, 20), Labels(n), Random(Rows, 1, 3));
            return n == 0 ? null : (processor, dlogits) => new CrossEntropyGradientKernel(processor, logits, labels, dloss, dlogits);
        }),
    ];

    // Columns at the end of a group go to its beginning; the output is full before, for some of it must stay.
    private static KernelCase Moving(string name, Type kernel, Func<Processor, Operand, Operand, int, Programs.Kernel> bind) => new(name, kernel, n =>
    {
        var (x, old) = (Random(Rows, 2 * 64, 1), Random(Rows, 2 * (n + 2), 2));
        return [new(() => Copy(old), (processor, y) => bind(processor, x, y, n))];
    });

    private static Operand Labels(int classes) => Of(Rows, 1, [0, classes - 1, -1, classes / 2, classes]);
}
