using Sequitur.Engine.Sampling;
using Sequitur.Kernels.Numerics;
using Sequitur.Tokenizers;

namespace Sequitur.Engine.Tests.Sampling;

/// <summary>What holds for every chain.</summary>
public sealed class SamplerPropertyTests
{
    private const int Vocabulary = 700;

    private const string Long =
        """logit_bias=["3=1.5","4=-inf"];bad_words(ids=["7","11 12"]);no_repeat_ngram=3;penalties(repeat=1.1,frequency=0.2);dry(multiplier=0.8,breaker_ids=["9"]);"""
        + "top_n_sigma=3;top_k=300;tail_free=0.999;typical_p=0.99;epsilon_cutoff=0.00001;eta_cutoff=0.00001;top_p=0.99;min_p=0.0001;xtc(probability=0.5,threshold=0.01);temperature(t=0.8,range=0.2)";

    public static IEnumerable<TheoryDataRow<string>> Chains =>
        Long.Split(';').Concat([Long, "", "greedy", "temperature=0.9;mirostat=1", "top_k=1", "temperature=2;mirostat(version=2,tau=2)", "dry(multiplier=3,breakers=[]);mirostat=2"])
            .Select(text => new TheoryDataRow<string>(text));

    [Theory]
    [MemberData(nameof(Chains))]
    public void Next_OneTokenAllowed_ReturnsIt(string text)
    {
        // A token that comes again and again is what this sampler forbids.
        var chosen = text.Replace("no_repeat_ngram=3", "no_repeat_ngram=9", StringComparison.Ordinal);
        var bans = string.Join(',', Enumerable.Range(0, 20).Where(id => id != 13).Select(id => $"\"{id}=-inf\""));
        var chain = SamplerChain.Parse($"logit_bias=[{bans}];{chosen}");

        SamplingTests.Draws(chain, 1, 5, Logits(0)[..20]).ShouldBe([13, 13, 13, 13, 13]);
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void Report_Steps_RemovedAndKeptAreAll(string text)
    {
        var sampler = SamplerChain.Parse(text).Start(5, 100, reports: true);
        var candidates = new Candidates(Vocabulary);
        var history = new List<int>();
        for (var position = 0; position < 60; position++)
        {
            candidates.Fill(Logits(position));
            var token = sampler.Next(candidates, history.ToArray());
            var report = sampler.Report!;

            var (left, mass) = (Enumerable.Range(0, Vocabulary).ToHashSet(), 1.0);
            foreach (var step in report.Steps)
            {
                step.Before.ShouldBe(left.Count);
                step.MassBefore.ShouldBe(mass);
                step.Removed.ShouldBeSubsetOf(left);
                left.ExceptWith(step.Removed);
                step.After.ShouldBe(left.Count);
                step.MassAfter.ShouldBeInRange(0, mass);
                step.Changed.ShouldBeInRange(0, step.After);
                mass = step.MassAfter;
            }

            candidates.Ids.ToArray().ShouldBe(left, ignoreOrder: true);
            left.ShouldContain(token);
            (report.Position, report.Token).ShouldBe((position, token));
            report.Probability.ShouldBeInRange(0, 1);
            report.ModelProbability.ShouldBeInRange(0, 1);
            string.Join(';', report.Steps.Select(step => step.Sampler)).ShouldBe(SamplerChain.Parse(text).ToString());
            history.Add(token);
        }
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void Next_WithAndWithoutReports_SameTokens(string text) => Answer(text, 11, reports: true).ShouldBe(Answer(text, 11, reports: false));

    [Fact]
    public void Next_LongChain_AllocatesNothing()
    {
        foreach (var text in (string[])[Long, "penalties=1.2;temperature=0.9;mirostat=1", "temperature=0.9;mirostat=2"])
        {
            var sampler = SamplerChain.Parse(text).Start(3, 400);
            var candidates = new Candidates(Vocabulary);
            var history = new int[400];
            var rows = Enumerable.Range(0, 8).Select(Logits).ToArray();
            var least = long.MaxValue;
            for (var position = 0; position < history.Length; position++)
            {
                candidates.Fill(rows[position % rows.Length]);
                var before = GC.GetAllocatedBytesForCurrentThread();
                history[position] = sampler.Next(candidates, history.AsSpan(0, position));
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

                // The first tokens may meet code that is not compiled yet.
                least = position < 200 ? long.MaxValue : Math.Max(allocated, least == long.MaxValue ? 0 : least);
            }

            least.ShouldBe(0, text);
        }
    }

    [Theory]
    [InlineData("a:b", 1)] // inside a token
    [InlineData("c|de", 2)] // over a border
    [InlineData("ab|ab|a", 1)] // overlapping itself
    public void Dry_BreakerText_EndsRepetitions(string written, int behind)
    {
        // Pieces of the text between bars are tokens; then come tokens of no breaker.
        var pieces = written.Split('|');
        string[] tokens = [.. pieces.Distinct(), "x", "y", "z"];
        var tokenizer = new ByteLevelBpe(new BpeVocabulary(tokens, null, []), PreTokenizers.Create("gpt-2"));
        int[] breaker = [.. pieces.Select(piece => Array.IndexOf(tokens, piece))];
        int[] rest = [.. Enumerable.Repeat(0, behind).Select((_, i) => tokens.Length - 3 + i)];
        int[] history = [.. breaker, .. rest, .. breaker, .. rest];
        float Lowered(string breakers)
        {
            var candidates = SamplingTests.Filled(new float[tokens.Length]);
            var chain = SamplerChain.Parse($"dry(multiplier=1,base=2,allowed_length=1,breakers=[{breakers}])").Bind(tokenizer);
            chain.Start(1, 100).Next(candidates, history);
            return candidates.Logits[candidates.Ids.IndexOf(breaker[0])];
        }

        // The copy behind which the first piece stood: everything without breakers, the rest alone with them.
        Lowered("").ShouldBe(-MathF.Pow(2, history.Length / 2 - 1));
        var quoted = $"\"{written.Replace("|", "", StringComparison.Ordinal)}\"";
        Lowered(quoted).ShouldBe(pieces.Length == 1 ? 0 : -MathF.Pow(2, behind - 1));
    }

    [Fact]
    public void Start_TextsNotBound_IsUsage()
    {
        Should.Throw<UsageException>(() => SamplerChain.Parse("dry=1").CheckModel(5)).Message.ShouldContain("bind");
        Should.Throw<UsageException>(() => SamplerChain.Parse("bad_words=[\"fool\"]").CheckModel(5)).Message.ShouldContain("bind");
        Should.Throw<UsageException>(() => SamplerChain.Parse("logit_bias=[\"5=1\"]").CheckModel(5)).Message.ShouldContain("vocabulary of 5");
        Should.Throw<UsageException>(() => SamplerChain.Parse("bad_words(ids=[\"1 5\"])").CheckModel(5)).Message.ShouldContain("vocabulary of 5");
    }

    private static int[] Answer(string text, ulong seed, bool reports)
    {
        var sampler = SamplerChain.Parse(text).Start(seed, 50, reports);
        var candidates = new Candidates(Vocabulary);
        var history = new int[40];
        for (var position = 0; position < history.Length; position++)
        {
            candidates.Fill(Logits(position));
            history[position] = sampler.Next(candidates, history.AsSpan(0, position));
        }

        return history;
    }

    private static float[] Logits(int row) => [.. Enumerable.Range(0, Vocabulary).Select(id => (Philox.Uniform((ulong)row, (ulong)id, 0, RandomPurpose.Initialise) - 0.5f) * 12)];
}
