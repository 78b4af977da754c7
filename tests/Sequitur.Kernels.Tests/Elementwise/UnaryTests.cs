using Sequitur.Kernels.Elementwise;

namespace Sequitur.Kernels.Tests.Elementwise;

public sealed class UnaryTests
{
    private static readonly float[] Special =
        [0f, -0f, 1e-40f, -1e-40f, 100f, -100f, 1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 0.5f, -0.5f, 4f, -4f, 2f];

    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, (UnaryFunction Function, Func<double, double> Exact)> All { get; } = new()
    {
        ["silu"] = (Unary.Silu, x => x / (1 + Math.Exp(-x))),
        ["sigmoid"] = (Unary.Sigmoid, x => 1 / (1 + Math.Exp(-x))),
        ["tanh"] = (Unary.Tanh, Math.Tanh),
        ["exp"] = (Unary.Exp, Math.Exp),
        ["relu"] = (Unary.Relu, x => Math.Max(x, 0)),
        ["squared_relu"] = (Unary.SquaredRelu, x => Math.Max(x, 0) * Math.Max(x, 0)),
        ["gelu"] = (Unary.Gelu, x => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)))),
        ["gelu_tanh"] = (Unary.GeluTanh, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
        ["quick_gelu"] = (Unary.QuickGelu, x => x / (1 + Math.Exp(-1.702 * x))),
        ["scale(0.125)"] = (Unary.Scale(0.125f), x => 0.125 * x),
        ["soft_cap(30)"] = (Unary.SoftCap(30), x => 30 * Math.Tanh(x / 30)),
        ["add_constant(-1.5)"] = (Unary.AddConstant(-1.5f), x => x - 1.5),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Bind_AllLengths_EqualsReferenceAndFormula(string name)
    {
        var (function, exact) = All[name];
        function.Name.ShouldBe(name);
        foreach (var columns in KernelHarness.Lengths)
        {
            foreach (var rows in new[] { 0, 1, 5 })
            {
                var x = KernelHarness.Random(rows, columns, columns, 8);
                var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(rows, columns), (p, y) => function.Bind(p, x, y));
                Close(KernelHarness.Floats(y), [.. KernelHarness.Floats(x).Select(v => exact(v))]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void BindGradient_AllLengths_EqualsReferenceAndDifferences(string name)
    {
        var (function, exact) = All[name];
        foreach (var columns in KernelHarness.Lengths)
        {
            var x = KernelHarness.Random(4, columns, columns + 1, 8);
            var dy = KernelHarness.Random(4, columns, columns + 2);
            var dx = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(4, columns), (p, dx) => function.BindGradient(p, x, dy, dx));
            var slopes = KernelHarness.Floats(x).Zip(KernelHarness.Floats(dy), (v, d) => d * (exact(v + 1e-5) - exact(v - 1e-5)) / 2e-5);
            Close(KernelHarness.Floats(dx), [.. slopes], 2e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bind_SpecialNumbers_EqualsReference(string name)
    {
        var x = KernelHarness.Of(1, 16, Special);
        var dy = KernelHarness.Random(1, 16, 3);
        KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(1, 16), (p, y) => All[name].Function.Bind(p, x, y));
        KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(1, 16), (p, dx) => All[name].Function.BindGradient(p, x, dy, dx));
    }

    [Fact]
    public void Bind_SameMemory_ComputesInPlace()
    {
        var x = KernelHarness.Random(3, 37, 1);
        var apart = KernelHarness.Empty(3, 37);
        KernelHarness.Run(Unary.Silu.Bind(Processor.Detected, x, apart));
        KernelHarness.Run(Unary.Silu.Bind(Processor.Detected, x, x));
        KernelHarness.Bits(x).ShouldBe(KernelHarness.Bits(apart));
    }

    [Fact]
    public void Bind_ShapesDiffer_Throws()
    {
        var x = KernelHarness.Random(3, 4, 1);
        Should.Throw<ArgumentException>(() => Unary.Silu.Bind(Processor.Reference, x, KernelHarness.Empty(3, 5)));
        Should.Throw<ArgumentException>(() => Unary.Silu.Bind(Processor.Reference, x, KernelHarness.Empty(2, 4)));
        Should.Throw<ArgumentException>(() => Unary.Silu.Bind(Processor.Reference, x, KernelHarness.Empty(3, 4, ElementType.I32)));
        Should.Throw<ArgumentException>(() => Unary.Silu.Bind(Processor.Reference, x, default));
    }

    private static void Close(float[] actual, double[] expected, double tolerance = 2e-6)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            ((double)actual[i]).ShouldBe(expected[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    private static double Erf(double x)
    {
        var (sum, term) = (0.0, x);
        for (var n = 1; n < 300; n++)
        {
            sum += term;
            term *= 2 * x * x / ((2 * n) + 1);
        }

        return Math.Abs(x) > 6 ? Math.Sign(x) : 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
