using System.Text.Json.Nodes;

namespace Sequitur.Models.Tests;

/// <summary>Options that the reference cases do not use, and those that are refused.</summary>
public sealed class OptionTests
{
    [Fact]
    public void Rwkv_RescaleEveryLayer_HalvesTheStreamAndHardlyChangesLogits()
    {
        using var plain = ReferenceCase.Open("decoders/rwkv", ("rescale_every", 0));
        using var halved = ReferenceCase.Open("decoders/rwkv", ("rescale_every", 1), ("layer_norm_epsilon", 1e-9));
        using var exact = ReferenceCase.Open("decoders/rwkv", ("rescale_every", 0), ("layer_norm_epsilon", 1e-9));
        var ids = plain.Rows("input_ids");
        var (with, without) = (Decoders.Whole(halved.Model, ids), Decoders.Whole(exact.Model, ids));

        with.Floats("layers.0.l_out").ShouldBe(without.Floats("layers.0.l_out").Select(x => x / 2));
        Largest(with.Floats("layers.1.l_out"), [.. without.Floats("layers.1.l_out").Select(x => x / 4)]).ShouldBeLessThan(1e-5);
        Largest(with.Floats("logits"), without.Floats("logits")).ShouldBeInRange(0, 1e-3);
        Largest(without.Floats("logits"), Decoders.Whole(plain.Model, ids).Floats("logits")).ShouldBeGreaterThan(1e-3);
    }

    [Fact]
    public void Gemma2_LayerTypes_SayWhichLayersAreWindowed()
    {
        using var alternating = ReferenceCase.Open("decoders/gemma2", ("layer_types", new JsonArray("sliding_attention", "full_attention")));
        using var full = ReferenceCase.Open("decoders/gemma2", ("layer_types", new JsonArray("full_attention", "full_attention")));

        alternating.ShouldMatch(Decoders.Whole(alternating.Model, alternating.Rows("input_ids")).Floats("logits"), "logits");
        full.Model.Caches.Select(slot => slot.Group.Name).ShouldBe(["full", "full"]);
        Largest(Decoders.Whole(full.Model, full.Rows("input_ids")).Floats("logits"), full.Floats("logits")).ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void Gemma2_CapsThatAreNull_AreOff()
    {
        using var reference = ReferenceCase.Open("decoders/gemma2", ("final_logit_softcapping", null));
        var run = Decoders.Whole(reference.Model, reference.Rows("input_ids"));

        run.Floats("logits").ShouldBe(run.Floats("raw_logits"));
    }

    [Theory]
    [InlineData("scoring_func", "softmax")]
    [InlineData("topk_method", "greedy")]
    public void DeepseekV3_OtherRouting_IsUnsupported(string key, string value) =>
        Should.Throw<UnsupportedModelException>(() => ReferenceCase.Open("decoders/deepseek_v3", (key, value))).Message.ShouldContain(value);

    [Theory]
    [InlineData("num_experts_per_tok", 5)]
    [InlineData("topk_group", 5)]
    [InlineData("n_group", 3)]
    [InlineData("n_group", 0)]
    public void DeepseekV3_ImpossibleChoice_IsAnInvalidModel(string key, int value) =>
        Should.Throw<InvalidModelException>(() => ReferenceCase.Open("decoders/deepseek_v3", (key, value)));

    [Fact]
    public void T5_UnknownActivation_IsUnsupported() =>
        Should.Throw<UnsupportedModelException>(() => ReferenceCase.Open("encoder-decoders/t5", ("feed_forward_proj", "gated-mish"))).Message.ShouldContain("mish");

    private static double Largest(float[] a, float[] b) => a.Zip(b).Max(pair => Math.Abs((double)pair.First - pair.Second));
}
