using Sequitur.Kernels.Norm;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

internal static class NormCases
{
    private const int Rows = 3;
    private const int Groups = 2;
    private const float Epsilon = 1e-5f;

    public static IEnumerable<KernelCase> All =>
    [
        Case("rms norm", typeof(RmsNormKernel), (p, x, w, _, y, n) => new RmsNormKernel(p, x, w, y, n, Epsilon, 1)),
        Case("layer norm", typeof(LayerNormKernel), (p, x, w, _, y, n) => new LayerNormKernel(p, x, w, w, y, n, Epsilon)),
        Case("gradient of rms norm", typeof(RmsNormGradientKernel), (p, x, w, dy, dx, n) => new RmsNormGradientKernel(p, x, w, dy, dx, n, Epsilon, 1)),
        Case("gradient of layer norm", typeof(LayerNormGradientKernel), (p, x, w, dy, dx, n) => new LayerNormGradientKernel(p, x, w, dy, dx, n, Epsilon)),
        WeightCase("weight gradient of rms norm", typeof(RmsNormWeightGradientKernel), (p, x, dy, dw, n) => new RmsNormWeightGradientKernel(p, x, dy, dw, n, Epsilon)),
        WeightCase("weight gradient of layer norm", typeof(LayerNormWeightGradientKernel), (p, x, dy, dw, n) => new LayerNormWeightGradientKernel(p, x, dy, dw, n, Epsilon)),
    ];

    private static KernelCase Case(string name, Type kernel, Func<Processor, Operand, Operand, Operand, Operand, int, Programs.Kernel> bind) =>
        new(name, kernel, Rows, n => Groups * n, n =>
        {
            var (x, w, dy) = (Random(Rows, Groups * n, n, 3), Random(1, n, n + 1), Random(Rows, Groups * n, n + 2));
            return n == 0 ? null : (processor, y) => bind(processor, x, w, dy, y, n);
        });

    private static KernelCase WeightCase(string name, Type kernel, Func<Processor, Operand, Operand, Operand, int, Programs.Kernel> bind) =>
        new(name, kernel, 1, n => n, n =>
        {
            var (x, dy) = (Random(Rows, Groups * n, n, 3), Random(Rows, Groups * n, n + 2));
            return n == 0 ? null : (processor, dw) => bind(processor, x, dy, dw, n);
        });
}
