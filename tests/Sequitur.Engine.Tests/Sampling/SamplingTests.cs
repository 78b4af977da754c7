using Sequitur.Engine.Sampling;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Tests.Sampling;

public sealed class SamplingTests
{
    // Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xfffffffffffffffful, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_KnownAnswers(uint c0, uint c1, uint c2, uint c3, ulong key, uint a, uint b, uint c, uint d) =>
        Philox.Block(key, c0, c1, c2, c3).ShouldBe((a, b, c, d));

    [Fact]
    public void Greedy_EqualLogits_TakesTheLowestId()
    {
        SamplerChain.Greedy.Sample(Filled(1, 7, 3, 7), seed: 5, position: 9).ShouldBe(1);
    }

    [Fact]
    public void Sort_DescendingLogits_TiesByIdAndSignedZeroesApart()
    {
        var candidates = Filled(-1, 2, float.NegativeInfinity, 2, 0, 5);

        candidates.Sort();

        candidates.Ids.ToArray().ShouldBe([5, 1, 3, 4, 0, 2]);
        candidates.Logits.ToArray().ShouldBe([5, 2, 2, 0, -1, float.NegativeInfinity]);
    }

    [Fact]
    public void Sample_Temperature_FollowsTheDistribution()
    {
        // softmax of [0, ln 2, ln 5] is [1, 2, 5] / 8
        float[] logits = [0, MathF.Log(2), MathF.Log(5)];
        var counts = new int[3];
        var chain = new SamplerChain(new Temperature(1));
        for (var position = 0u; position < 20_000; position++)
        {
            counts[chain.Sample(Filled(logits), seed: 42, position)]++;
        }

        // Five standard deviations of a binomial share.
        for (var i = 0; i < 3; i++)
        {
            var share = (float[])[1 / 8f, 2 / 8f, 5 / 8f];
            (counts[i] / 20_000.0).ShouldBe(share[i], 5 * Math.Sqrt(share[i] * (1 - share[i]) / 20_000));
        }
    }

    [Fact]
    public void Sample_SameSeedAndPosition_SameToken()
    {
        var chain = SamplerChain.OfTemperature(0.7f);
        int[] Draw(ulong seed) => [.. Enumerable.Range(0, 50).Select(position => chain.Sample(Filled(1, 2, 3, 2.5f, 1.5f), seed, (uint)position))];

        Draw(3).ShouldBe(Draw(3));
        Draw(3).ShouldNotBe(Draw(4));
    }

    [Fact]
    public void Temperature_Low_IsGreedyInTheLimit() =>
        new SamplerChain(new Temperature(1e-4f)).Sample(Filled(1, 2, 3, 2.9f), seed: 1, position: 1).ShouldBe(2);

    [Theory]
    [InlineData("temperature=0")]
    [InlineData("temperature=-1")]
    [InlineData("temperature=NaN")]
    [InlineData("temperature")]
    [InlineData("temperature=warm")]
    [InlineData("greedy=1")]
    [InlineData("tepid")]
    public void Parse_Impossible_IsUsage(string text) => Should.Throw<UsageException>(() => Samplers.Parse(text));

    [Fact]
    public void Parse_Known_GivesTheSampler()
    {
        Samplers.Parse("greedy").ShouldBeOfType<Greedy>();
        Samplers.Parse("temperature=0.8").ShouldBeOfType<Temperature>();
        Samplers.All.ShouldContain(s => s.Name == "greedy");
    }

    private static Candidates Filled(params float[] logits)
    {
        var candidates = new Candidates(logits.Length);
        candidates.Fill(logits);
        return candidates;
    }
}
