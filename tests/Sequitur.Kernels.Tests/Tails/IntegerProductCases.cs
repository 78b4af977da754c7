using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Tests.MatMul;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Encoded activations and their products with weights in every format that has integers. The size is the number of outputs, or of rows.</summary>
internal static class IntegerProductCases
{
    private const int Rows = 5;

    public static IEnumerable<KernelCase> All =>
    [
        .. Weights.IntegerFormatNames.SelectMany(name => Of(BlockFormats.Find(name.Data)!)).Select(entry => entry with { Chunks = [long.MaxValue] }),
        new("encode", typeof(EncodeKernel), n =>
        {
            var x = Random(n, 64, n, 3);
            return new[] { 64, 128 }.Select(columns => new Binding(() => Empty(n, columns, ElementType.Encoded8), (processor, y) => new EncodeKernel(processor, x, y)));
        }),
    ];

    private static IEnumerable<KernelCase> Of(BlockFormat format)
    {
        var last = FloatProductCases.Last(format);
        foreach (var precise in new[] { false, true })
        {
            yield return new($"integer product with {format}{(precise ? ", precise" : "")}", typeof(IntegerMatMulKernel), n =>
            {
                var (x, bias) = (Encoded(last(n).Columns, precise), Random(1, n, 3));
                return Weights.Panels(last(n)).Select(w =>
                    new Binding(() => Empty(Rows, n), (processor, y) => new IntegerMatMulKernel(processor, x, w, y, bias, default, precise)));
            });
        }

        yield return new($"integer product with {format} experts", typeof(ExpertIntegerMatMulKernel), n =>
        {
            var (w, ids) = (Weight.Stack([last(n), last(n)]), KernelHarness.Of(Rows, 2, [1, 0, 1, 1, -1, 0, 0, 0, 1, 2]));
            var x = Encoded(w.Columns);
            return n == 0 ? [] : Weights.Panels(w, 2).Select(panels => new Binding(() => Empty(Rows, 2 * n), (processor, y) => new ExpertIntegerMatMulKernel(processor, x, ids, panels, y, 2)));
        });
    }

    private static Operand Encoded(int columns, bool remainder = false)
    {
        var encoded = Empty(Rows, (remainder ? 2 : 1) * columns, ElementType.Encoded8);
        Run(new EncodeKernel(Processor.Reference, Random(Rows, columns, 2), encoded));
        return encoded;
    }
}
