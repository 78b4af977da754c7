using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests;

/// <summary>The comparison itself: it must be able to fail.</summary>
public class HarnessTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e-3f, 1)]
    [InlineData(-1e-3f, 1)]
    [InlineData(float.NaN, 1)]
    public void Compare_NumbersOffBySomething_FailsAboveTheTolerance(float offset, int failures)
    {
        var comparison = new Comparison(_ => new(1e-5, 1, null));
        comparison.Compare("test", new("logits", [1, 1, 2], [1, -2]), [1, -2 + offset]);
        comparison.Failures.Count.ShouldBe(failures);
    }

    [Theory]
    [InlineData("Tensor", 0)]
    [InlineData("Row", 1)]
    [InlineData("Element", 1)]
    public void Compare_ErrorsBesideLargeNumbers_FailWhereTheirOwnGroupIsSmall(string over, int failures)
    {
        var comparison = new Comparison(_ => new(1e-3, 0.1, null, Enum.Parse<ToleranceGroup>(over)));
        comparison.Compare("test", new("norms", [2, 2], [1000, 2000, 1, 2]), [1000, 2000.5f, 1, 2.1f]);
        comparison.Failures.Count.ShouldBe(failures);
    }

    [Fact]
    public void Compare_FewerNumbers_Fails()
    {
        var comparison = new Comparison(_ => new(1e-5, 1, null));
        comparison.Compare("test", new("logits", [1, 1, 2], [1, -2]), [1]);
        comparison.Failures.ShouldHaveSingleItem();
    }

    [Fact]
    public void Compare_TensorOfSmallRelativeError_FailsByItsNorm()
    {
        var comparison = new Comparison(_ => new(null, 1, 1e-3));
        comparison.Compare("test", new("grad.w", [2], [1, -2]), [1, -2.1f]);
        comparison.Failures.ShouldHaveSingleItem().ShouldContain("relative L2");
    }

    [Fact]
    public void MustRun_PartsOfACanary_AreThoseOfTheFile()
    {
        Canaries.MustRun("models/decoders/llama_mha", "gradients").ShouldBeTrue();
        Canaries.MustRun("models/decoders/gemma2", "logits").ShouldBeTrue();
        Canaries.MustRun("models/decoders/gemma2", "gradients").ShouldBeFalse();
        Canaries.MustRun("models/decoders/gpt2_hub_names", "logits").ShouldBeFalse();
    }
}
