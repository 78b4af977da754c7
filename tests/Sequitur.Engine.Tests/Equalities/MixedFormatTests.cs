namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Layers whose matrices are stored in several formats (the equalities of such models are in the other tests, as variants).</summary>
public sealed class MixedFormatTests
{
    [Theory]
    [InlineData("llama", "self_attn", "self_attn", 3)]
    [InlineData("mixtral", "experts", "self_attn", 3)]
    public void Parameters_OfOneLayer_HaveSeveralFormats(string family, string some, string others, int least)
    {
        var parameters = Families.Create(family, Families.Mixed).Parameters.Where(p => p.Shape.Rank == 2 && p.Name.Contains("layers.0.", StringComparison.Ordinal)).ToArray();

        foreach (var part in (string[])[some, others])
        {
            parameters.Where(p => p.Name.Contains(part, StringComparison.Ordinal)).Select(p => p.Weight.Format.Name).Distinct().Count().ShouldBeGreaterThanOrEqualTo(least);
        }
    }
}
