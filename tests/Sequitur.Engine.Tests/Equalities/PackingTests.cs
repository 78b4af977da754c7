namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Weights that are packed before give the bits of weights that are packed each time that they are read.</summary>
public sealed class PackingTests
{
    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Plan_WithoutPackedWeights_EqualsPacked(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Packed = false, Threads = 2 });
        foreach (var length in (int[])[1, 65, 257])
        {
            runner.Logits(Variant.Tokens(length), 1, 64).ShouldBeBitwise(Whole.Logits(variant, length), $"{length} tokens");
        }
    }
}
