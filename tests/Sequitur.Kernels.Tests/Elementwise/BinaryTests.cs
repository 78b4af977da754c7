using Sequitur.Kernels.Elementwise;

namespace Sequitur.Kernels.Tests.Elementwise;

public sealed class BinaryTests
{
    public static TheoryData<string> Names => ["add", "subtract", "multiply", "divide"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bind_AllBroadcasts_EqualsReferenceAndFormula(string name)
    {
        var (function, exact) = Of(name);
        foreach (var columns in KernelHarness.Lengths)
        {
            foreach (var rows in new[] { 0, 1, 4 })
            {
                (int Rows, int Columns)[] shapes = [(rows, columns), (1, columns), (rows, 1), (1, 1)];
                foreach (var first in shapes)
                {
                    foreach (var second in shapes)
                    {
                        Check(function, exact, rows, columns, first, second);
                    }
                }
            }
        }
    }

    [Fact]
    public void Bind_SameMemory_ComputesInPlace()
    {
        var (a, b) = (KernelHarness.Random(3, 37, 1), KernelHarness.Random(3, 37, 2));
        var apart = KernelHarness.Empty(3, 37);
        KernelHarness.Run(Binary.Add.Bind(Processor.Detected, a, b, apart));
        KernelHarness.Run(Binary.Add.Bind(Processor.Detected, a, b, a));
        KernelHarness.Bits(a).ShouldBe(KernelHarness.Bits(apart));
    }

    [Fact]
    public void Bind_ShapesDoNotFit_Throws()
    {
        var (a, y) = (KernelHarness.Random(3, 4, 1), KernelHarness.Empty(3, 4));
        Should.Throw<ArgumentException>(() => Binary.Add.Bind(Processor.Reference, a, KernelHarness.Random(3, 2, 1), y));
        Should.Throw<ArgumentException>(() => Binary.Add.Bind(Processor.Reference, a, KernelHarness.Random(2, 4, 1), y));
        Should.Throw<ArgumentException>(() => Binary.Add.Bind(Processor.Reference, a, default, y));
    }

    private static (BinaryFunction Function, Func<float, float, float> Exact) Of(string name) => name switch
    {
        "add" => (Binary.Add, (a, b) => a + b),
        "subtract" => (Binary.Subtract, (a, b) => a - b),
        "multiply" => (Binary.Multiply, (a, b) => a * b),
        _ => (Binary.Divide, (a, b) => a / b),
    };

    private static void Check(
        BinaryFunction function, Func<float, float, float> exact, int rows, int columns, (int Rows, int Columns) first, (int Rows, int Columns) second)
    {
        var a = KernelHarness.Random(first.Rows, first.Columns, 11);
        var b = KernelHarness.Random(second.Rows, second.Columns, 12);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(rows, columns), (p, y) => function.Bind(p, a, b, y));
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                KernelHarness.Row<float>(y, row)[column].ShouldBe(exact(At(a, row, column), At(b, row, column)));
            }
        }
    }

    private static float At(Operand operand, int row, int column) =>
        KernelHarness.Row<float>(operand, operand.Rows.Factor == 1 ? 0 : row)[operand.Columns == 1 ? 0 : column];
}
