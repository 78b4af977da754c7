using Sequitur.Engine.Sampling;
using Sequitur.Engine.Speculation;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Tokenizers;

namespace Sequitur.Engine.Tests.Speculation;

/// <summary>Speculation changes no bit of an answer, whatever is drafted.</summary>
public sealed class SpeculationTests
{
    private const int Generated = 40;

    // Pages (64) and spans (256) begin inside of the answers.
    private static readonly int[] Prompts = [1, 40, 63, 250];

    private static readonly Variant Small = Variant.Of("llama Q4_1, F16 cache, integer");

    // Samplers that look back, that learn, that draw.
    private static readonly string[] Chains =
    [
        "greedy",
        "temperature=0.8",
        "penalties(repeat=1.3,frequency=0.2,presence=0.1);dry(multiplier=0.8,breakers=[]);top_n_sigma=3;top_k=40;typical_p=0.95;top_p=0.95;min_p=0.01;xtc=0.5;temperature(t=0.8,range=0.2)",
        "temperature=0.9;mirostat=1",
        "logit_bias=[\"1=-inf\"];temperature=0.9;mirostat=2",
    ];

    /// <summary>Models from which tokens can be taken back, each with drafts of several lengths.</summary>
    public static TheoryData<string, int> Drafting =>
        [.. Variant.Names.Select(name => name.Data).Append(Variant.Dynamic.ToString()).Where(name => !IsOff(name)).SelectMany(name => new[] { (name, 1), (name, 4), (name, 20) })];

    /// <summary>Models from which they cannot.</summary>
    public static TheoryData<string> Keeping => [.. Variant.Names.Select(name => name.Data).Where(IsOff)];

    /// <summary>Chains of samplers.</summary>
    public static TheoryData<string> Samplers => [.. Chains];

    [Theory]
    [MemberData(nameof(Drafting))]
    public void Drafts_RightOrWrong_GivePlainTokensAndLogits(string name, int most)
    {
        var variant = Variant.Of(name);
        foreach (var (length, i) in Prompts.Select((length, i) => (length, i)))
        {
            var request = new Request { Ids = Variant.Tokens(length, length), MaxTokens = Generated, KeepLogits = true, Samplers = SamplerChain.Parse(Chains[i % Chains.Length]), Seed = (ulong)length };
            Compare(variant, request, most);
        }
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Drafts_AnySamplers_GivePlainTokensLogitsAndReports(string chain)
    {
        foreach (var seed in Enumerable.Range(1, 6))
        {
            var request = new Request { Ids = Variant.Tokens(30, seed), MaxTokens = Generated, KeepLogits = true, KeepReports = true, Samplers = SamplerChain.Parse(chain), Seed = (ulong)seed };
            Compare(Small, request, most: 7);
        }
    }

    // All kinds of drafts against plain decoding; also what each must achieve, or it would say nothing.
    private static void Compare(Variant variant, Request request, int most)
    {
        var options = Plain.Options(variant);
        var expected = Plain.Run(variant.Model, options, request);
        expected.Error.ShouldBeNull();
        expected.Speculation.ShouldBeNull();
        int[] sequence = [.. request.Ids, .. expected.Tokens];
        var random = new Random(most);
        bool[] lies = [.. sequence.Select(_ => random.Next(4) == 0)];
        var behind = expected.Tokens.Length - 1;

        var right = Speculate(new Oracle(sequence, Families.Vocabulary, _ => false));
        right.Passes.ShouldBe((behind + most) / (most + 1));
        right.Accepted.ShouldBe(right.Drafted);
        right.Accepted.ShouldBe(behind - right.Passes);
        var wrong = Speculate(new Oracle(sequence, Families.Vocabulary, _ => true));
        (wrong.Passes, wrong.Accepted).ShouldBe((behind, 0));
        wrong.Drafted.ShouldBeGreaterThanOrEqualTo(behind - 1);
        var mixed = Speculate(new Oracle(sequence, Families.Vocabulary, position => lies[position]));
        mixed.Accepted.ShouldBeInRange(1, mixed.Drafted - 1);
        Speculate(new Guesser(Families.Vocabulary)).Drafted.ShouldBePositive();
        Speculate(PromptLookup.Instance);

        SpeculationCounts Speculate(IDrafter drafter)
        {
            var actual = Plain.Run(variant.Model, options with { Threads = 2, Speculation = Plain.Always(most, drafter) }, request);
            actual.ShouldBeThatOf(expected, $"{drafter.GetType().Name}, {request.Ids.Count} tokens of prompt, {request.Samplers}");
            actual.WhyNoSpeculation.ShouldBeNull();
            var counts = actual.Speculation!.Value;
            counts.Tokens.ShouldBe(behind);
            return counts;
        }
    }

    [Theory]
    [MemberData(nameof(Keeping))]
    public void States_ThatCannotBeTakenBack_AreDecodedPlainly(string name)
    {
        var variant = Variant.Of(name);
        var request = new Request { Ids = Variant.Tokens(70), MaxTokens = Generated, KeepLogits = true };
        var expected = Plain.Run(variant.Model, Plain.Options(variant), request);

        var actual = Plain.Run(variant.Model, Plain.Options(variant) with { Speculation = Plain.Always(4, new Guesser(Families.Vocabulary)) }, request);

        actual.ShouldBeThatOf(expected, name);
        actual.Speculation.ShouldBeNull();
        actual.WhyNoSpeculation!.ShouldContain("no token can be taken back");
    }

    [Fact]
    public void Requests_ThatLookInsideOrWantNone_AreDecodedPlainly()
    {
        var options = Plain.Options(Small) with { Speculation = Plain.Always(4, new Guesser(Families.Vocabulary)) };
        var request = new Request { Ids = Variant.Tokens(20), MaxTokens = 10, KeepLogits = true };
        var expected = Plain.Run(Small.Model, Plain.Options(Small), request);

        var unwilling = Plain.Run(Small.Model, options, request with { Speculates = false });
        unwilling.ShouldBeThatOf(expected, "a request that wants none");
        (unwilling.Speculation, unwilling.WhyNoSpeculation).ShouldBe((null, "the request wants none"));
        var looking = Plain.Run(Small.Model, options, request with { Capture = ["layers.0.attn_norm"] });
        looking.ShouldBeThatOf(expected, "a request that captures");
        looking.Captured["layers.0.attn_norm"].Rows.ShouldBe(29);
        looking.WhyNoSpeculation!.ShouldContain("looks into it");
    }

    [Theory]
    [InlineData(100, 60, 64, FinishReason.ContextLimit)]
    [InlineData(100, 28, 64, FinishReason.MaxTokens)]
    [InlineData(100, 29, 64, FinishReason.MaxTokens)]
    [InlineData(100, 30, 5, FinishReason.ContextLimit)]
    [InlineData(128, 9, 5, FinishReason.ContextLimit)]
    [InlineData(127, 9, 5, FinishReason.ContextLimit)]
    [InlineData(60, 1, 5, FinishReason.MaxTokens)]
    [InlineData(60, 2, 5, FinishReason.MaxTokens)]
    [InlineData(60, 7, 6, FinishReason.MaxTokens)]
    [InlineData(60, 8, 6, FinishReason.MaxTokens)]
    public void Drafts_BeyondContextOrTokensAskedFor_EndWherePlainOnesDo(int prompt, int asked, int most, FinishReason reason)
    {
        var request = new Request { Ids = Variant.Tokens(prompt), MaxTokens = asked, KeepLogits = true };
        var expected = Plain.Run(Small.Model, Plain.Options(Small, context: 128), request);
        expected.Reason.ShouldBe(reason);
        int[] sequence = [.. request.Ids, .. expected.Tokens, .. Enumerable.Repeat(0, 100)];
        foreach (var lie in new[] { -1, sequence.Length - 101, sequence.Length - 102, sequence.Length - 103 })
        {
            var oracle = new Oracle(sequence, Families.Vocabulary, position => position == lie);
            var actual = Plain.Run(Small.Model, Plain.Options(Small, context: 128) with { Speculation = Plain.Always(most, oracle) }, request);
            actual.ShouldBeThatOf(expected, $"a lie at {lie}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Drafts_SmallSteps_TakeNoMoreThanAStepHas(int batchTokens)
    {
        var request = new Request { Ids = Variant.Tokens(20), MaxTokens = 20, KeepLogits = true };
        var expected = Plain.Run(Small.Model, Plain.Options(Small), request);
        int[] sequence = [.. request.Ids, .. expected.Tokens];

        var actual = Plain.Run(Small.Model, Plain.Options(Small) with { BatchTokens = batchTokens, Speculation = Plain.Always(8, new Oracle(sequence, Families.Vocabulary, _ => false)) }, request);

        actual.ShouldBeThatOf(expected, "small steps");
        actual.Speculation!.Value.Passes.ShouldBe((19 + batchTokens - 1) / batchTokens);
    }

    // A token may end the answer in the middle of a draft: what was drafted behind it must not show.
    [Fact]
    public void StopTokensAndStrings_InsideADraft_EndWherePlainOnesDo()
    {
        var vocabulary = new BpeVocabulary([.. Enumerable.Range(0, Families.Vocabulary).Select(i => $"{(char)('a' + (i / 26))}{(char)('a' + (i % 26))}")], null, []);
        var request = new Request { Ids = Variant.Tokens(30), MaxTokens = Generated, KeepLogits = true, Samplers = SamplerChain.OfTemperature(2), Seed = 3 };
        var whole = Plain.Run(Small.Model, Plain.Options(Small), request);
        int[] sequence = [.. request.Ids, .. whole.Tokens];
        var text = string.Concat(whole.Tokens.ToArray().Select(id => $"{(char)('a' + (id / 26))}{(char)('a' + (id % 26))}"));
        for (var at = 0; at < 20; at++)
        {
            Ends(request with { StopIds = [whole.Tokens[at]] });
            Ends(request with { StopText = new StopText(vocabulary, [text.Substring((2 * at) + 1, 4)]) });
        }

        void Ends(Request stopped)
        {
            var expected = Plain.Run(Small.Model, Plain.Options(Small), stopped);
            expected.Reason.ShouldBe(FinishReason.Stop);
            var actual = Plain.Run(Small.Model, Plain.Options(Small) with { Speculation = Plain.Always(6, new Oracle(sequence, Families.Vocabulary, _ => false)) }, stopped);
            actual.ShouldBeThatOf(expected, $"ended by {expected.StopToken} {expected.StopString}");
        }
    }

    [Fact]
    public void Company_TurnsItOffUntilItIsGone_AndAllGetTheirPlainTokens()
    {
        var options = Plain.Options(Small) with { MaxSequences = 2 };
        Request[] requests = [.. Enumerable.Range(1, 3).Select(i => new Request { Ids = Variant.Tokens(20 * i, i), MaxTokens = 20 * i * i, KeepLogits = true, Samplers = SamplerChain.OfTemperature(0.8f), Seed = (ulong)i })];
        Generation[] expected = [.. requests.Select(request => Plain.Run(Small.Model, options, request))];
        using var engine = new InferenceEngine(Small.Model, options with { Speculation = Plain.Always(4, new Guesser(Families.Vocabulary)) });
        var first = engine.Submit(requests[2], TestContext.Current.CancellationToken);
        Steps(8);
        var alone = first.Speculation!.Value;
        var second = engine.Submit(requests[0], TestContext.Current.CancellationToken);
        var third = engine.Submit(requests[1], TestContext.Current.CancellationToken);
        Steps(3);
        var together = first.Speculation!.Value;
        while (engine.Step())
        {
        }

        alone.Drafted.ShouldBePositive();
        (together.Drafted, together.Passes).ShouldBe((alone.Drafted, alone.Passes + 3));
        first.Speculation!.Value.Drafted.ShouldBeGreaterThan(together.Drafted);
        first.ShouldBeThatOf(expected[2], "the first");
        second.ShouldBeThatOf(expected[0], "the second");
        third.ShouldBeThatOf(expected[1], "the third");

        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                engine.Step();
            }
        }
    }

    [Fact]
    public void Pages_ThatADraftWouldNeedButAPlainRunNot_AreNotMissed()
    {
        using var engine = new InferenceEngine(Small.Model, Plain.Options(Small, context: 256) with { Speculation = Plain.Always(40, new Guesser(Families.Vocabulary)) });
        while (engine.Pages.Free("full") > 1)
        {
            engine.Pages.Take("full");
        }

        var generation = engine.Submit(new Request { Ids = Variant.Tokens(40), MaxTokens = 25 }, TestContext.Current.CancellationToken);
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        generation.Error.ShouldBeNull();
        generation.Tokens.Length.ShouldBe(25); // the last one needs no position: 64 in all
    }

    [Fact]
    public void Drafter_ThatFails_FailsItsRequestAlone()
    {
        var drafter = new Oracle([], Families.Vocabulary, _ => throw new InvalidOperationException("no")); // its count is negative behind the first token
        using var engine = new InferenceEngine(Small.Model, Plain.Options(Small) with { Speculation = Plain.Always(4, drafter) });

        var bad = Plain.Run(engine, new Request { Ids = [1, 2], MaxTokens = 5 });
        var good = Plain.Run(engine, new Request { Ids = [1, 2], MaxTokens = 5, Speculates = false });

        (bad.Reason, good.Reason).ShouldBe((FinishReason.Failed, FinishReason.MaxTokens));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65)]
    public void Create_ImpossibleNumberOfDrafts_IsUsage(int most) => Should.Throw<UsageException>(() =>
        new InferenceEngine(Small.Model, new EngineOptions { Threads = 1, Context = 64, Speculation = SpeculationOptions.Lookup(most) })).Message.ShouldContain("drafted tokens");

    private static bool IsOff(string name) => Variant.Of(name).Family is "rwkv" or "gemma2";
}
