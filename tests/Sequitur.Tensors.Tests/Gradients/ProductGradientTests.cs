using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Tests.Gradients;

/// <summary>Gradients of products, look-ups, attention and the loss, against differences.</summary>
public sealed class ProductGradientTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(300)]
    public void MatMul_OfAFloat32Weight_MatchesDifferences(int rows)
    {
        var check = new GradientCheck().Size("tokens", rows);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 7)).MatMul(check.Weight("w", 19, 7)));
    }

    [Theory]
    [InlineData("Q4_1")]
    [InlineData("Q8_0")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void MatMul_ThroughAFrozenWeight_MatchesDifferences(string format)
    {
        var check = new GradientCheck().Size("tokens", 5);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 64)).MatMul(check.Weight("w", 19, 64, format)));
    }

    [Fact]
    public void Embedding_OfRepeatedIds_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 6);
        var ids = check.Integers("ids", new Shape("tokens"), 3, 0, 3, 6, 3, 0);

        check.ShouldMatchDifferences(ids.Embed(check.Weight("table", 8, 5)).Apply(Unary.Tanh));
    }

    [Fact]
    public void GatherRows_OfRepeatedRows_MatchesDifferences()
    {
        var check = new GradientCheck().Size("tokens", 6).Size("outputs", 4);
        var rows = check.Integers("rows", new Shape("outputs"), 5, 1, 5, 2);

        check.ShouldMatchDifferences(check.Varied("x", new Shape("tokens", 5)).Gather(rows).Apply(Unary.Tanh));
    }

    [Fact]
    public void CrossEntropy_WithIgnoredLabels_MatchesDifferences()
    {
        var check = new GradientCheck().Size("outputs", 4);
        var labels = check.Integers("labels", new Shape("outputs"), 3, -1, 0, 16);

        check.ShouldMatchDifferences(check.Varied("logits", new Shape("outputs", 17)).CrossEntropy(labels));
    }

    [Fact]
    public void MeanCrossEntropy_OfMoreThanASpan_MatchesDifferences()
    {
        var check = new GradientCheck().Size("outputs", 300);
        int[] labels = [.. Enumerable.Range(0, 300).Select(i => i % 5 == 0 ? -1 : i % 7)];
        var logits = check.Varied("logits", new Shape("outputs", 7));

        check.ShouldMatchDifferences(logits.MeanCrossEntropy(check.Integers("labels", new Shape("outputs"), labels), check.Fixed("count", new Shape(1, 1), offset: 4)));
    }

    [Theory]
    [InlineData(true, 0, 0f)]
    [InlineData(false, 0, 0f)]
    [InlineData(true, 3, 0f)]
    [InlineData(true, 0, 1.5f)]
    [InlineData(true, 2, 1.5f)]
    public void Attention_OfTwoSequences_MatchesDifferences(bool causal, int window, float cap)
    {
        var check = new GradientCheck();
        var rows = check.Rows("tokens", 6, 4);
        var spec = Spec(causal, window, cap);

        check.ShouldMatchDifferences(check.Varied("q", new Shape("tokens", 4, 5)).Attend(
            check.Varied("k", new Shape("tokens", 2, 5)), check.Varied("v", new Shape("tokens", 2, 3)), rows, rows, spec));
    }

    [Fact]
    public void Attention_OverAnotherDimension_MatchesDifferences()
    {
        var check = new GradientCheck();
        var (rows, keys) = (check.Rows("tokens", 3, 2), check.Rows("source_tokens", 5, 7));

        check.ShouldMatchDifferences(check.Varied("q", new Shape("tokens", 2, 4)).Attend(
            check.Varied("k", new Shape("source_tokens", 2, 4)), check.Varied("v", new Shape("source_tokens", 2, 4)), rows, keys, Spec(false, 0, 0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Attention_OverSpans_MatchesDifferences(int window)
    {
        var check = new GradientCheck();
        var rows = check.Rows("tokens", 300);

        check.ShouldMatchDifferences(check.Varied("q", new Shape("tokens", 1, 3)).Attend(
            check.Varied("k", new Shape("tokens", 1, 3)), check.Varied("v", new Shape("tokens", 1, 2)), rows, rows, Spec(true, window, 0)));
    }

    [Fact]
    public void Attention_WithATrainedBias_SaysThatItHasNoRule()
    {
        var check = new GradientCheck();
        var rows = check.Rows("tokens", 6);
        var spec = Spec(true, 0, 0) with { Terms = [new RelativeBiasTerm(check.Weight("bias", 8, 2), 16, bidirectional: false)] };
        var y = check.Varied("q", new Shape("tokens", 2, 4)).Attend(check.Varied("k", new Shape("tokens", 2, 4)), check.Varied("v", new Shape("tokens", 2, 4)), rows, rows, spec);

        Should.Throw<NotSupportedException>(() => check.ShouldMatchDifferences(y)).Message.ShouldContain("score terms");
    }

    private static AttentionSpec Spec(bool causal, int window, float cap) => new()
    {
        Scale = 1.1f,
        Causal = causal,
        Window = window,
        Terms = cap > 0 ? [new SoftCapTerm(cap)] : [],
    };
}
