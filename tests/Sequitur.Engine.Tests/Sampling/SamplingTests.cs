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
    public void Greedy_EqualLogits_TakesTheLowestId() =>
        SamplerChain.Greedy.Start(seed: 5, capacity: 9).Next(Filled(1, 7, 3, 7), [0, 0]).ShouldBe(1);

    [Fact]
    public void Sort_DescendingLogits_TiesByIdAndSignedZeroesApart()
    {
        var candidates = Filled(-1, 2, float.NegativeInfinity, 2, 0, -0f, 5);

        candidates.Sort();

        candidates.Ids.ToArray().ShouldBe([6, 1, 3, 4, 5, 0, 2]);
        candidates.Logits.ToArray().ShouldBe([5, 2, 2, 0, -0f, -1, float.NegativeInfinity]);
    }

    [Fact]
    public void Sort_ManyTokens_IsThatOfFew()
    {
        // Enough for the radix sort; coarse, so there are ties; first some are removed, which keeps the order of ids.
        var logits = Enumerable.Range(0, 5000).Select(i => (MathF.Round((Philox.Uniform(3, (ulong)i, 0, RandomPurpose.Initialise) - 0.5f) * 400) / 8) + 0f).ToArray(); // −0 + 0 is 0
        var candidates = Filled(logits);
        candidates.KeepFrom(-20, least: 1);

        candidates.Sort();

        var expected = Enumerable.Range(0, logits.Length).Where(id => logits[id] >= -20).OrderByDescending(id => logits[id]).ThenBy(id => id).ToArray();
        candidates.Ids.ToArray().ShouldBe(expected);
        candidates.Logits.ToArray().ShouldBe(expected.Select(id => logits[id]));
    }

    [Fact]
    public void Sample_Temperature_FollowsTheDistribution()
    {
        // softmax of [0, ln 2, ln 5] is [1, 2, 5] / 8
        float[] logits = [0, MathF.Log(2), MathF.Log(5)];
        var counts = new int[3];
        var sampler = new SamplerChain(new Temperature(1)).Start(seed: 42, capacity: 20_000);
        var history = new int[20_000];
        for (var position = 0; position < history.Length; position++)
        {
            counts[sampler.Next(Filled(logits), history.AsSpan(0, position))]++;
        }

        // Five standard deviations of a binomial share.
        for (var i = 0; i < 3; i++)
        {
            var share = (float[])[1 / 8f, 2 / 8f, 5 / 8f];
            (counts[i] / 20_000.0).ShouldBe(share[i], 5 * Math.Sqrt(share[i] * (1 - share[i]) / 20_000));
        }
    }

    [Fact]
    public void Xtc_HalfTheTime_HappensAboutThatOften()
    {
        var sampler = new SamplerChain(new Xtc(0.1f, 0.5f), new Greedy()).Start(seed: 9, capacity: 4000);
        var history = new int[4000];
        var excluded = Enumerable.Range(0, history.Length).Count(position => sampler.Next(Filled(3, 2.5f, 2, -9), history.AsSpan(0, position)) == 2);

        (excluded / 4000.0).ShouldBe(0.5, 5 * 0.5 / Math.Sqrt(4000));
    }

    [Fact]
    public void Sample_SameSeedAndPosition_SameToken()
    {
        var chain = SamplerChain.Parse("penalties(repeat=1.2);top_p=0.95;xtc=0.5;temperature=0.7");
        int[] Draw(ulong seed) => Draws(chain, seed, 50, 1, 2, 3, 2.5f, 1.5f, 2.2f, 0.7f);

        Draw(3).ShouldBe(Draw(3));
        Draw(3).ShouldNotBe(Draw(4));
    }

    [Fact]
    public void Start_TwiceOfOneChain_OneSequenceNeverDisturbsTheOther()
    {
        var chain = SamplerChain.Parse("dry(multiplier=0.8,breakers=[]);temperature=1.1;mirostat=2");
        var alone = Draws(chain, 7, 40, 1, 2, 3, 2.5f, 1.5f, 2.2f, 0.7f);

        var (one, other) = (chain.Start(7, 50), chain.Start(8, 50));
        var (history, others) = (new List<int>(), new List<int>());
        for (var i = 0; i < 40; i++)
        {
            history.Add(one.Next(Filled(1, 2, 3, 2.5f, 1.5f, 2.2f, 0.7f), history.ToArray()));
            others.Add(other.Next(Filled(0, 5, 0), others.ToArray()));
        }

        history.ShouldBe(alone);
    }

    [Fact]
    public void Temperature_Low_IsGreedyInTheLimit() =>
        new SamplerChain(new Temperature(1e-4f)).Start(1, 9).Next(Filled(1, 2, 3, 2.9f), [0]).ShouldBe(2);

    [Fact]
    public void DynamicTemperature_Cold_TakesTheLikeliest() =>
        new SamplerChain(new DynamicTemperature(0, 0)).Start(1, 9).Next(Filled(1, 2, 3, 2.9f), [0]).ShouldBe(2);

    [Fact]
    public void Next_EverythingForbidden_NamesTheSampler() =>
        Should.Throw<UsageException>(() => SamplerChain.Parse("no_repeat_ngram=1").Start(1, 9).Next(Filled(1, 2), [0, 1])).Message.ShouldContain("no_repeat_ngram");

    internal static int[] Draws(SamplerChain chain, ulong seed, int count, params float[] logits)
    {
        var sampler = chain.Start(seed, count + 1);
        var history = new int[count];
        for (var position = 0; position < count; position++)
        {
            history[position] = sampler.Next(Filled(logits), history.AsSpan(0, position));
        }

        return history;
    }

    internal static Candidates Filled(params float[] logits)
    {
        var candidates = new Candidates(logits.Length);
        candidates.Fill(logits);
        return candidates;
    }
}
