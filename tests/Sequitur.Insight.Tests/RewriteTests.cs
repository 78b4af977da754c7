using Sequitur.Engine;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight.Tests;

/// <summary>Rewrites and captures against plain runs, by their bits.</summary>
public sealed class RewriteTests
{
    [Theory]
    [MemberData(nameof(Runs.Decoders), MemberType = typeof(Runs))]
    public void Scaling_ByOne_GivesTheBitsOfNone(string family)
    {
        using var engine = Runs.Engine(family, float32: false, format: "Q8_0");
        var ids = Runs.Tokens(12);

        foreach (var name in (string[])["embed", "layers.0.attn_out", "layers.1.l_out", "layers.0.attn_heads"])
        {
            Runs.Logits(engine, ids, Scaling.Parse($"{name}=1")).ShouldBeBitwise(Runs.Logits(engine, ids), name);
            Runs.Logits(engine, ids, Scaling.Parse($"{name}=1@2-5")).ShouldBeBitwise(Runs.Logits(engine, ids), $"{name} at positions");
        }
    }

    [Theory]
    [InlineData("llama", "-1")]
    [InlineData("llama", "2-5")]
    [InlineData("gpt2", "-1")]
    [InlineData("gemma2", "-1")]
    public void Attribution_OfAChangeAtChosenPositions_AddsUp(string family, string positions)
    {
        using var engine = Runs.Engine(family);
        var ids = Runs.Tokens(12);
        var changes = Runs.Changes(engine, ids, Scaling.Parse($"layers.0.attn_out=0.5@{positions}"), Scaling.Parse($"layers.1.ffn_out=-2@{positions}"));

        var attribution = new Attributor(Runs.Record(engine, ids, Attributor.ValuesOf(Anatomy.Of(engine)), changes)).Of(3);

        Math.Abs(attribution.Remainder).ShouldBeLessThan(1e-4);
        attribution.Heads.Zip(attribution.AttentionBias, (heads, bias) => heads.Sum() + bias).ToArray().ShouldBeNear(attribution.Attention, 1e-4, "heads and bias");
    }

    [Theory]
    [MemberData(nameof(Runs.Decoders), MemberType = typeof(Runs))]
    public void Capture_OfEverything_ChangesNoBit(string family)
    {
        using var engine = Runs.Engine(family, float32: false, format: "Q8_0");
        var recording = Runs.Record(engine, Runs.Tokens(12), ["*"]);

        recording.Names.Count().ShouldBeGreaterThan(10);
        recording.Logits.ToArray().ShouldBeBitwise(Runs.Logits(engine, Runs.Tokens(12)), "logits");
        recording.Row("logits", 11).ToArray().ShouldBeBitwise(recording.Logits.ToArray(), "captured logits");
    }

    [Theory]
    [MemberData(nameof(Runs.Decoders), MemberType = typeof(Runs))]
    public void Capture_InChunks_GivesTheBitsOfTheWholePrompt(string family)
    {
        using var whole = Runs.Engine(family, float32: false, format: "Q8_0");
        using var chunked = Runs.Engine(family, float32: false, batchTokens: 5, format: "Q8_0");
        var (expected, actual) = (Runs.Record(whole, Runs.Tokens(23), ["*"]), Runs.Record(chunked, Runs.Tokens(23), ["*"]));

        actual.Names.Order().ShouldBe(expected.Names.Order());
        foreach (var name in expected.Names)
        {
            actual.Value(name).Numbers.ToArray().ShouldBeBitwise(expected.Value(name).Numbers.ToArray(), name);
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gemma2")]
    [InlineData("rwkv")]
    public void Step_WithRequestsOfDifferentChanges_GivesEachTheBitsItGetsAlone(string family)
    {
        using var engine = Runs.Engine(family, float32: false, sequences: 6, batchTokens: 16, format: "Q8_0");
        Request[] requests = [.. Requests(engine)];
        var alone = requests.Select(request => Finish(engine, [request])[0]).ToArray();
        var together = Finish(engine, requests);
        for (var i = 0; i < requests.Length; i++)
        {
            together[i].Tokens.ToArray().ShouldBe(alone[i].Tokens.ToArray(), $"request {i}");
            together[i].Logits!.SelectMany(row => row).ToArray().ShouldBeBitwise([.. alone[i].Logits!.SelectMany(row => row)], $"request {i}");
            foreach (var (name, value) in alone[i].Captured)
            {
                together[i].Captured[name].Numbers.ToArray().ShouldBeBitwise(value.Numbers.ToArray(), $"request {i}, {name}");
            }
        }

        alone[0].Logits![0].AsSpan().SequenceEqual(alone[1].Logits![0]).ShouldBeFalse();
    }

    [Fact]
    public void Patch_OfTheOwnRun_ChangesNoBit()
    {
        using var engine = Runs.Engine("llama");
        var ids = Runs.Tokens(8);
        var patched = Runs.Logits(engine, ids, Patch.Parse("layers.0.l_out@all=the same"));

        patched.ShouldBeBitwise(Runs.Logits(engine, ids), "logits");
        Runs.Logits(engine, ids, Patch.From(Runs.Record(engine, ids, ["embed"]), "embed", Positions.Parse("1,3"))).ShouldBeBitwise(patched, "at positions");
    }

    [Fact]
    public void Replacement_WithANumberOrARow_IsReadByAllThatFollows()
    {
        using var engine = Runs.Engine("llama");
        var ids = Runs.Tokens(5);
        var recording = Runs.Record(engine, ids, ["layers.0.l_out"], Runs.Changes(engine, ids, Replacement.Parse("layers.0.l_out=0.5@1-2")));

        recording.Row("layers.0.l_out", 1).ToArray().ShouldAllBe(number => number == 0.5f);
        recording.Row("layers.0.l_out", 3).ToArray().ShouldContain(number => number != 0.5f);
        Runs.Logits(engine, ids, Replacement.With("layers.0.l_out", [.. Enumerable.Repeat(0.5f, 64)], Positions.Parse("1-2"))).ShouldBeBitwise(recording.Logits.ToArray(), "given as a row");
    }

    [Fact]
    public void Ablation_ToTheMean_LeavesTheMeanAtEachPosition()
    {
        using var engine = Runs.Engine("llama");
        var ids = Runs.Tokens(5);
        var before = Runs.Record(engine, ids, ["layers.0.ffn_out"]);
        var after = Runs.Record(engine, ids, ["layers.0.ffn_out"], Runs.Changes(engine, ids, Ablation.Parse("0.ffn:mean")));
        for (var i = 0; i < 64; i++)
        {
            after.Row("layers.0.ffn_out", 3)[i].ShouldBe((float)Enumerable.Range(0, 5).Average(t => (double)before.Row("layers.0.ffn_out", t)[i]));
        }
    }

    private static IEnumerable<Request> Requests(InferenceEngine engine)
    {
        Request With(int count, IReadOnlyList<string> capture, params Intervention[] changes)
        {
            var ids = Runs.Tokens(count);
            IReadOnlyList<GraphRewrite> rewrites = Runs.Changes(engine, ids, changes);
            return new() { Ids = ids, MaxTokens = 5, KeepLogits = true, Capture = capture, Rewrites = rewrites };
        }

        yield return With(19, []);
        yield return With(19, ["*"], Ablation.Parse("0.ffn"));
        yield return With(7, [], Scaling.Parse("layers.0.l_out=1.5@1-3"));
        yield return With(11, ["layers.*.l_out", "logits"]);
        yield return With(3, ["embed"], Steering.With("embed", [.. Enumerable.Repeat(0.25f, 64)], 2, Positions.All), Ablation.Parse("1.attn"));
        yield return With(9, []);
    }

    private static Generation[] Finish(InferenceEngine engine, IEnumerable<Request> requests)
    {
        Generation[] all = [.. requests.Select(request => engine.Submit(request, TestContext.Current.CancellationToken))];
        while (all.Any(generation => !generation.IsFinished))
        {
            engine.Step();
        }

        all.ShouldAllBe(generation => generation.Error == null);
        return all;
    }
}
