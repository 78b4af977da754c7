using Sequitur.Kernels.Elementwise;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

internal static class ElementwiseCases
{
    private const int Rows = 3;

    private static readonly UnaryFunction[] Unaries =
    [
        Unary.AddConstant(-1.5f), Unary.Exp, Unary.Gelu, Unary.GeluTanh, Unary.QuickGelu, Unary.Relu, Unary.Scale(0.125f), Unary.Sigmoid, Unary.Silu, Unary.SoftCap(30),
        Unary.SquaredRelu, Unary.Tanh,
    ];

    private static readonly BinaryFunction[] Binaries = [Binary.Add, Binary.Subtract, Binary.Multiply, Binary.Divide];

    public static IEnumerable<KernelCase> All =>
    [
        .. Unaries.Select(function => new KernelCase(function.Name, typeof(UnaryKernel<>), Rows, n => n, n =>
        {
            var x = Random(Rows, n, n, 8);
            return (processor, y) => function.Bind(processor, x, y);
        })),
        .. Unaries.Select(function => new KernelCase($"gradient of {function.Name}", typeof(UnaryGradientKernel<>), Rows, n => n, n =>
        {
            var (x, dy) = (Random(Rows, n, n, 8), Random(Rows, n, n + 1));
            return (processor, dx) => function.BindGradient(processor, x, dy, dx);
        })),
        new("edit of rows", typeof(EditRowsKernel), n => Edits(n).Select(edit =>
        {
            var (x, positions) = (Random(Rows, n, n, 8), KernelHarness.Of(Rows, 1, [4, 1, 2]));
            return new Binding(() => Empty(Rows, n), (_, y) => new EditRowsKernel(x, edit.Positions is null ? default : positions, y, edit));
        })),
        .. from function in Binaries
           from first in Shapes
           from second in Shapes
           select Case(function, first, second),
    ];

    private static IEnumerable<(string Name, bool OneRow, bool OneColumn)> Shapes => [("all", false, false), ("row", true, false), ("column", false, true)];

    private static IEnumerable<RowEdit> Edits(int columns) => columns == 0 ? [] :
    [
        new(null, 0, columns, 0.5f, null),
        new(null, columns / 2, columns - (columns / 2), 0, Numbers(columns - (columns / 2))),
        new([2, 4], 0, columns, -1, Numbers(2 * columns)),
    ];

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => 1f / (i + 3))];

    private static KernelCase Case(BinaryFunction function, (string Name, bool OneRow, bool OneColumn) first, (string Name, bool OneRow, bool OneColumn) second) =>
        new($"{function.Name} of {first.Name} and {second.Name}", typeof(BinaryKernel<>), Rows, n => n, n =>
        {
            var a = Random(first.OneRow ? 1 : Rows, first.OneColumn ? 1 : n, 1);
            var b = Random(second.OneRow ? 1 : Rows, second.OneColumn ? 1 : n, 2);
            return (processor, y) => function.Bind(processor, a, b, y);
        });
}
