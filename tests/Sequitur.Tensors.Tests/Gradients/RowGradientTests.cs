using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Rope;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Tests.Gradients;

/// <summary>Gradients of operations on rows, against differences.</summary>
public sealed class RowGradientTests
{
    private static readonly Dictionary<string, UnaryFunction> Functions = new UnaryFunction[]
    {
        Unary.AddConstant(0.5f), Unary.Exp, Unary.Gelu, Unary.GeluTanh, Unary.QuickGelu, Unary.Relu, Unary.Scale(-1.5f),
        Unary.Sigmoid, Unary.Silu, Unary.SoftCap(1.5f), Unary.SquaredRelu, Unary.Tanh,
    }.ToDictionary(f => f.Name);

    public static TheoryData<string> FunctionNames => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void Elementwise_OfRandomNumbers_MatchesDifferences(string function)
    {
        var check = new GradientCheck().Size("tokens", 3);

        // None of the numbers lies within a step of the rectifiers' kink at 0.
        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 19)).Apply(Functions[function]));
    }

    [Fact]
    public void Add_SameShape_MatchesDifferences() => Pairwise((a, b) => a + b, new Shape("tokens", 5));

    [Fact]
    public void Subtract_SameShape_MatchesDifferences() => Pairwise((a, b) => a - b, new Shape("tokens", 5));

    [Fact]
    public void Multiply_SameShape_MatchesDifferences() => Pairwise((a, b) => a * b, new Shape("tokens", 5));

    [Fact]
    public void Add_ABias_MatchesDifferences() => Pairwise((a, b) => a + b, new Shape(5));

    [Fact]
    public void Subtract_ARow_MatchesDifferences() => Pairwise((a, b) => a - b, new Shape(5));

    [Fact]
    public void Multiply_ByAGain_MatchesDifferences() => Pairwise((a, b) => a * b, new Shape(5));

    [Fact]
    public void Multiply_ByItself_AddsBothGradients()
    {
        var check = new GradientCheck().Size("tokens", 4);
        var x = check.Varied("x", new Shape("tokens", 5));

        check.ShouldMatchDifferences((x * x) + x);
    }

    [Fact]
    public void Divide_ByAConstant_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 4);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 5)) / check.Fixed("d", new Shape(5), offset: 3));
    }

    [Fact]
    public void Divide_BySomethingTrained_SaysThatItHasNoRule()
    {
        var check = new GradientCheck().Size("tokens", 4);
        var y = check.Varied("x", new Shape("tokens", 5)) / check.Varied("d", new Shape("tokens", 5), offset: 3);

        Should.Throw<NotSupportedException>(() => check.ShouldMatchDifferences(y)).Message.ShouldContain("divide");
    }

    [Theory]
    [InlineData(false, 0f)]
    [InlineData(true, 0f)]
    [InlineData(true, 1f)]
    public void RmsNorm_OfRows_MatchesDifferences(bool hasWeight, float offset)
    {
        var check = new GradientCheck().Size("tokens", 3);
        var weight = hasWeight ? check.Varied("w", new Shape(21)) : null;

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 21)).RmsNorm(weight, 1e-3f, offset));
    }

    [Fact]
    public void RmsNorm_OfHeads_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 3);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 3, 7)).RmsNorm(check.Varied("w", new Shape(7)), 1e-3f));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LayerNorm_OfRows_MatchesDifferences(bool hasBias)
    {
        var check = new GradientCheck().Size("tokens", 3);
        var bias = hasBias ? check.Varied("b", new Shape(21)) : null;

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 21)).LayerNorm(check.Varied("w", new Shape(21)), bias, 1e-3f));
    }

    [Theory]
    [InlineData(RopeLayout.HalfSplit, 0)]
    [InlineData(RopeLayout.Neighbours, 0)]
    [InlineData(RopeLayout.HalfSplit, 2)]
    public void Rope_OfPartOfAHead_MatchesDifferences(RopeLayout layout, int first)
    {
        var check = new GradientCheck().Size("tokens", 4);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 2, 10)).Rope(check.Fixed("table", new Shape("tokens", 8)), layout, first));
    }

    [Fact]
    public void Slice_OfRowsAndOfHeads_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 4);
        var rows = check.Varied("x", new Shape("tokens", 9)).Slice(2, 5);
        var heads = check.Varied("y", new Shape("tokens", 5, 3)).Slice(1, 1).Flatten();

        check.ShouldMatchDifferences(rows * heads);
    }

    [Fact]
    public void Reshape_ThereAndBack_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 4);
        var x = check.Varied("x", new Shape("tokens", 6));

        check.ShouldMatchDifferences(x.Heads(3).Apply(Unary.Tanh).Flatten() * x);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(-1.5f)]
    public void EditRows_OfAllOrSomeRows_MatchesDifferences(float scale)
    {
        var check = new GradientCheck();
        var position = check.Rows("tokens", 3, 4).Position;
        var x = check.Varied("x", new Shape("tokens", 3, 4));
        var all = check.Graph.Add(new EditRows(new RowEdit(null, 2, 5, scale, [1, 2, 3, 4, 5])), x).Outputs[0];
        var some = check.Graph.Add(new EditRows(new RowEdit([1, 3], 0, 6, scale, new float[12])), x, position).Outputs[0];

        check.ShouldMatchDifferences(all.Apply(Unary.Tanh) * some);
    }

    [Fact]
    public void SumRows_OfMoreThanASpan_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 300);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 3)).Apply(Unary.Tanh).SumRows(new Shape(3)));
    }

    [Fact]
    public void SumRows_OfGroupsOfColumns_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 5);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 6)).Apply(Unary.Tanh).SumRows(new Shape(2)));
    }

    private static void Pairwise(Func<Tensor, Tensor, Tensor> function, Shape second)
    {
        var check = new GradientCheck().Size("tokens", 4);
        var (a, b) = (check.Varied("a", new Shape("tokens", 5)), check.Varied("b", second));

        check.ShouldMatchDifferences(function(a, b).Apply(Unary.Tanh));
    }
}
