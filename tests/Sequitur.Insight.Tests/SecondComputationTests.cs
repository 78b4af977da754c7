using System.Globalization;
using Sequitur.Engine;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight.Tests;

/// <summary>What looks inside show, against plain formulas in float64 over the recorded values.</summary>
public sealed class SecondComputationTests
{
    private const double Near = 2e-5;

    /// <summary>Families whose heads' results go through one matrix.</summary>
    public static TheoryData<string> WithHeads => [.. PlainFamily.All.Keys.Where(family => family != "rwkv")];

    [Theory]
    [MemberData(nameof(Runs.Decoders), MemberType = typeof(Runs))]
    public void Lens_AtEachDepth_IsNormAndHeadOfTheStream(string family)
    {
        using var engine = Runs.Engine(family);
        var recording = Runs.Record(engine, Runs.Tokens(9), ["*"]);
        var plain = new Plain(engine.Model);

        new Lens(recording).Look([0, 4, 8], (depth, position, logits) => Plain.Doubles(logits).ShouldBeNear(
            plain.Logits(PlainFamily.Of(family), Plain.Doubles(recording.Row(recording.Anatomy.Stream[depth], position))), Near, $"depth {depth}, position {position}"));
    }

    [Theory]
    [MemberData(nameof(Runs.Decoders), MemberType = typeof(Runs))]
    public void Attribution_OfAToken_IsItsRowTimesTheNormedParts(string family)
    {
        using var engine = Runs.Engine(family);
        var recording = Runs.Record(engine, Runs.Tokens(9), ["*"]);
        var (plain, about, last) = (new Plain(engine.Model), PlainFamily.Of(family), recording.Tokens - 1);
        var whole = Plain.Doubles(recording.Row(recording.Anatomy.Stream[^1], last));
        var row = plain.Row($"{about.Head}.weight", 17);
        double Part(string? name) => name is null ? 0 : Plain.Dot(row, plain.Norm(about, about.Norm, Plain.Doubles(recording.Row(name, last)), whole));

        var attribution = new Attributor(recording).Of(17);

        attribution.Embedding.ShouldBe(Part("embed"), Near);
        attribution.Attention.ShouldBeNear([.. recording.Anatomy.Layers.Select(layer => Part(layer.AttentionOut))], Near, "attention");
        attribution.FeedForward.ShouldBeNear([.. recording.Anatomy.Layers.Select(layer => Part(layer.FeedForwardOut))], Near, "feed-forward");
        Math.Abs(attribution.Remainder).ShouldBeLessThan(1e-4);
        recording.Anatomy.Layers.ShouldAllBe(layer => layer.AttentionOut != null && layer.FeedForwardOut != null);
    }

    [Theory]
    [MemberData(nameof(WithHeads))]
    public void Attribution_OfHeads_GoesThroughTheirColumnsAndAddsUpToTheLayer(string family)
    {
        using var engine = Runs.Engine(family);
        var recording = Runs.Record(engine, Runs.Tokens(9), ["*"]);
        var (plain, about, last) = (new Plain(engine.Model), PlainFamily.Of(family), recording.Tokens - 1);
        var whole = Plain.Doubles(recording.Row(recording.Anatomy.Stream[^1], last));
        var row = plain.Row($"{about.Head}.weight", 17);
        var attributor = new Attributor(recording);
        var attribution = attributor.Of(17);
        foreach (var layer in recording.Anatomy.Layers)
        {
            var output = string.Format(CultureInfo.InvariantCulture, about.Output, layer.Index);
            var heads = Plain.Doubles(recording.Row(layer.Attention!.Result, last));
            var size = heads.Length / layer.Attention.Heads;
            double Head(int head)
            {
                var alone = heads.Select((number, i) => i / size == head ? number : 0).ToArray();
                var added = Enumerable.Range(0, recording.Anatomy.Width).Select(o => Plain.Dot(plain.Row($"{output}.weight", o), alone)).ToArray();
                var behind = about.OutputNorm is null ? added
                    : plain.Norm(about, string.Format(CultureInfo.InvariantCulture, about.OutputNorm, layer.Index), added, Plain.Doubles(recording.Row(layer.Name("attn_proj"), last)));
                return Plain.Dot(row, plain.Norm(about, about.Norm, behind, whole));
            }

            attribution.Heads[layer.Index].ShouldBeNear([.. Enumerable.Range(0, layer.Attention.Heads).Select(Head)], Near, $"heads of layer {layer.Index}");
            (attribution.Heads[layer.Index].Sum() + attribution.AttentionBias[layer.Index]).ShouldBe(attribution.Attention[layer.Index], Near);
            var weights = new AttentionMaps(recording).Layer(layer.Index);
            for (var head = 0; head < layer.Attention.Heads; head++)
            {
                attributor.BySource(17, layer.Index, head, weights.AsSpan(((last * layer.Attention.Heads) + head) * recording.Tokens, recording.Tokens)).Sum()
                    .ShouldBe(attribution.Heads[layer.Index][head], Near);
            }
        }
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("deepseek")]
    public void Attribution_OfExperts_AddsUpToTheRoutedPart(string family)
    {
        using var engine = Runs.Engine(family);
        var recording = Runs.Record(engine, Runs.Tokens(9), ["*"]);
        var attributor = new Attributor(recording);
        var attribution = attributor.Of(5);
        var routed = 0;
        foreach (var layer in recording.Anatomy.Layers.Where(layer => attributor.ByExpert(5, layer.Index) is not null))
        {
            var experts = attributor.ByExpert(5, layer.Index)!;
            experts.Count(part => part != 0).ShouldBe(2);
            var whole = PlainFamily.Of(family);
            var plain = new Plain(engine.Model);
            var stream = Plain.Doubles(recording.Row(recording.Anatomy.Stream[^1], 8));
            var name = recording.Names.Contains(layer.Name("ffn_routed")) ? layer.Name("ffn_routed") : layer.FeedForwardOut!;
            experts.Sum().ShouldBe(Plain.Dot(plain.Row($"{whole.Head}.weight", 5), plain.Norm(whole, whole.Norm, Plain.Doubles(recording.Row(name, 8)), stream)), Near);
            routed++;
        }

        routed.ShouldBeGreaterThan(0);
        attribution.Token.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(WithHeads))]
    public void AttentionMaps_OfALayer_AreTheSoftmaxOfItsScores(string family)
    {
        using var engine = Runs.Engine(family);
        var recording = Runs.Record(engine, Runs.Tokens(9), ["*"]);
        var maps = new AttentionMaps(recording);
        foreach (var attention in recording.Anatomy.Layers.Select(layer => (layer.Index, Parts: layer.Attention!)))
        {
            var weights = maps.Layer(attention.Index);
            var (spec, heads) = (((Attention)attention.Parts.Node.Op).Spec, attention.Parts.Heads);
            var statistics = HeadStatistics.Of(weights, heads);
            for (var head = 0; head < heads; head++)
            {
                double Score(int t, int j) => Score2(recording, attention.Parts, head, t, j, spec.Scale, family == "gemma2" ? 50 : 0);
                for (var t = 0; t < recording.Tokens; t++)
                {
                    var expected = Plain.Softmax([.. Enumerable.Range(0, t + 1).Select(j => Score(t, j))]);
                    var actual = weights.AsSpan(((t * heads) + head) * recording.Tokens, recording.Tokens);
                    Plain.Doubles(actual[..(t + 1)]).ShouldBeNear(expected, Near, $"head {head}, position {t}");
                    actual[(t + 1)..].ToArray().ShouldAllBe(weight => weight == 0);
                    statistics.Entropy[head][t].ShouldBe(-expected.Sum(p => p * Math.Log(p)), Near);
                    statistics.First[head][t].ShouldBe(expected[0], Near);
                }
            }
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("llama-bias")]
    [InlineData("gemma2")]
    [InlineData("gpt2")]
    public void TimesInput_OfATokensLogProbability_IsItsChangeAlongTheEmbedding(string family)
    {
        const float Step = 1 / 64f;
        using var engine = Runs.Engine(family);
        var (ids, plain) = (Runs.Tokens(7), new Plain(engine.Model));
        var gradients = new EmbeddingGradients(engine, ids, token: 42).TimesInput();
        var table = family == "gpt2" ? "transformer.wte.weight" : "model.embed_tokens.weight";
        var scale = family == "gemma2" ? 8 : 1; // √64
        for (var j = 0; j < ids.Length; j++)
        {
            float[] Along(float step) => [.. plain.Row(table, ids[j]).Select(number => (float)(number * scale * step))];
            double Moved(float step) => LogProbability(Runs.Logits(engine, ids, Steering.With("embed", Along(step), 1, Positions.Parse($"{j}"))), 42);
            gradients[j].ShouldBe((Moved(Step) - Moved(-Step)) / (2 * Step), 2e-3, $"token {j}");
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("llama-bias")]
    [InlineData("gpt2")]
    public void Ablation_OfAHead_IsTheOutputProjectionOfTheOthers(string family)
    {
        using var engine = Runs.Engine(family);
        var (ids, plain, about) = (Runs.Tokens(9), new Plain(engine.Model), PlainFamily.Of(family));
        var before = Runs.Record(engine, ids, ["*"]);
        var after = Runs.Record(engine, ids, ["*"], Runs.Changes(engine, ids, Ablation.Parse("1.1")));
        var size = before.Anatomy.Layers[1].Attention!.HeadDim;
        for (var t = 0; t < ids.Length; t++)
        {
            var others = Plain.Doubles(before.Row("layers.1.attn_heads", t)).Select((number, i) => i / size == 1 ? 0 : number).ToArray();
            var expected = plain.Product(string.Format(CultureInfo.InvariantCulture, about.Output, 1), before.Anatomy.Width, others);
            Plain.Doubles(after.Row("layers.1.attn_out", t)).ShouldBeNear(expected, Near, $"position {t}");
            after.Row("layers.0.l_out", t).ToArray().ShouldBeBitwise(before.Row("layers.0.l_out", t).ToArray(), "the layer before");
        }

        Plain.Doubles(after.Logits).ShouldBeNear(plain.Logits(about, Plain.Doubles(after.Row("layers.1.l_out", ids.Length - 1))), Near, "logits");
        after.Logits.SequenceEqual(before.Logits).ShouldBeFalse();
    }

    [Fact]
    public void Mask_OfAToken_IsTheSoftmaxWithoutItsKey()
    {
        using var engine = Runs.Engine("llama");
        var ids = Runs.Tokens(6);
        var recording = Runs.Record(engine, ids, ["*"], [new HideKey(2)]);
        var attention = recording.Anatomy.Layers[1].Attention!;
        var weights = new AttentionMaps(recording).Layer(1);
        for (var t = 0; t < ids.Length; t++)
        {
            int[] seen = [.. Enumerable.Range(0, t + 1).Where(j => j != 2 || t == 2)];
            var expected = Plain.Softmax([.. seen.Select(j => Score2(recording, attention, 0, t, j, ((Attention)attention.Node.Op).Spec.Scale, 0))]);
            Plain.Doubles([.. seen.Select(j => weights[(t * attention.Heads * ids.Length) + j])]).ShouldBeNear(expected, Near, $"position {t}");
        }

        weights[(5 * attention.Heads * ids.Length) + 2].ShouldBe(0);
    }

    private static double LogProbability(float[] logits, int token) => Math.Log(Plain.Softmax(Plain.Doubles(logits))[token]);

    private static double Score2(Recording recording, AttentionAnatomy attention, int head, int t, int j, double scale, double cap)
    {
        var (q, k) = (Plain.Doubles(recording.Row(attention.Query, t)), Plain.Doubles(recording.Row(attention.Key, j)));
        var size = q.Length / attention.Heads;
        var keyHead = head / (attention.Heads / attention.KeyHeads);
        var score = Plain.Dot(q[(head * size)..((head + 1) * size)], k[(keyHead * size)..((keyHead + 1) * size)]) * scale;
        return cap > 0 ? cap * Math.Tanh(score / cap) : score;
    }
}
