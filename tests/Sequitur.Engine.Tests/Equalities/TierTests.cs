using Sequitur.Kernels;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Every tier that the machine has gives the same bits for whole models.</summary>
public sealed class TierTests
{
    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_OnEveryTier_GivesTheSameBits(string name, int length)
    {
        var variant = Variant.Of(name);
        foreach (var processor in Processor.Available.Where(p => p != Processor.Detected && (p.Tier != Tier.Scalar || length <= 65)))
        {
            using var runner = new Runner(new RunnerOptions(variant) { Processor = processor });

            runner.Logits(Variant.Tokens(length), 100, 1).ShouldBeBitwise(Whole.Logits(variant, length), $"{processor.Tier}");
        }
    }

    // Plain loops are slow: all lengths on one variant of each kind. (The interpreter, which PlanTests compare with, runs the same kernels.)
    [Theory]
    [InlineData("llama Q4_1, F16 cache, integer")]
    [InlineData("llama F32, F32 cache")]
    public void Plan_OnTheScalarTier_GivesTheSameBitsAtAnyLength(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Processor = Processor.Reference, Threads = 2 });
        foreach (var length in Variant.Lengths)
        {
            runner.Logits(Variant.Tokens(length)).ShouldBeBitwise(Whole.Logits(variant, length), $"{length} tokens");
        }
    }
}
