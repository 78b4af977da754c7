using Sequitur.Models;

namespace Sequitur.Engine.Tests.Loading;

/// <summary>What GGUF's metadata means: rotary scaling, and keys that follow from others.</summary>
public sealed class GgufConfigTests
{
    private const string Sound = "invalid/sound.gguf"; // heads of 8, a base of 10,000, a context of 64
    private const string Scaling = "llama.rope.scaling.";

    private static readonly double[] Plain = [.. Enumerable.Range(0, 4).Select(i => Math.Pow(10_000, -2.0 * i / 8))];

    [Theory]
    [InlineData("rope.scaling.factor")]
    [InlineData("rope.scale_linear")]
    public void Factor_WithoutType_IsLinear(string key)
    {
        var (frequencies, scale) = Rope(m => m.With($"llama.{key}", 4f));

        frequencies.ShouldBe(Plain.Select(f => (float)(f / 4)), 1e-7);
        scale.ShouldBe(1);
    }

    [Fact]
    public void Factor_OfTypeNone_ChangesNothing() =>
        Rope(m => m.With(Scaling + "type", "none").With(Scaling + "factor", 4f)).Frequencies.ShouldBe(Plain.Select(f => (float)f), 1e-7);

    [Fact]
    public void AttentionFactor_OfAnyType_MultipliesTheScale()
    {
        var yarn = Rope(m => Yarn(m)).Scale;

        Rope(m => m.With(Scaling + "attn_factor", 1.5f)).Scale.ShouldBe(1.5f);
        yarn.ShouldBe((float)((0.1 * Math.Log(4)) + 1), 1e-6f);
        Rope(m => Yarn(m).With(Scaling + "attn_factor", 1.5f)).Scale.ShouldBe(1.5f * yarn, 1e-6f);
    }

    [Fact]
    public void Yarn_ItsKeys_AreRead()
    {
        var usual = Rope(m => Yarn(m)).Frequencies;

        Rope(m => Yarn(m).With(Scaling + "yarn_beta_fast", 32f).With(Scaling + "yarn_beta_slow", 1f).With(Scaling + "yarn_ext_factor", -1f)).Frequencies.ShouldBe(usual);
        Rope(m => Yarn(m).With(Scaling + "yarn_beta_fast", 2f)).Frequencies.ShouldNotBe(usual);
        Rope(m => Yarn(m).With(Scaling + "yarn_beta_slow", 0.01f)).Frequencies.ShouldNotBe(usual);
        Rope(m => Yarn(m).With(Scaling + "yarn_ext_factor", 0f)).Frequencies.ShouldBe(Plain.Select(f => (float)(f / 4)), 1e-7);
        Rope(m => Yarn(m).With(Scaling + "yarn_ext_factor", 0f)).Scale.ShouldBe(1);
        Rope(m => Yarn(m).With(Scaling + "yarn_attn_factor", 1f).With(Scaling + "yarn_log_multiplier", 0f)).Frequencies.ShouldBe(usual);
    }

    [Fact]
    public void DimensionCount_SmallerThanAHead_TurnsAPart()
    {
        using var model = new PatchedModel(Sound).Set("llama.rope.dimension_count", 4);
        using var loaded = model.Load();

        loaded.Model.RopeSets.ShouldHaveSingleItem().Dim.ShouldBe(4);
        loaded.Model.Caches[0].KeyDim.ShouldBe(8);
    }

    [Theory]
    [InlineData("attention.scale", 0.5f)]
    [InlineData("embedding_scale", 2f)]
    [InlineData("expert_gating_func", 2u)]
    [InlineData("rope.freq_base_swa", 10_000f)]
    [InlineData("use_parallel_residual", 1u)]
    public void Key_ThatChangesTheNumbers_IsRefusedByName(string key, object value)
    {
        using var model = new PatchedModel(Sound).With($"llama.{key}", value);

        var message = Should.Throw<UnsupportedModelException>(model.Load).Message;
        message.ShouldContain($"llama.{key}");
        message.ShouldContain("model.gguf");
    }

    [Theory]
    [InlineData("logit_scale", 1f)]
    [InlineData("attention.scale", 0f)]
    [InlineData("expert_count", 0u)]
    [InlineData("expert_feed_forward_length", 64u)]
    [InlineData("tensor_data_layout", "Meta AI original pth")]
    [InlineData("no_such_key", 7u)]
    public void Key_ThatChangesNothing_IsPassedOver(string key, object value)
    {
        using var model = new PatchedModel(Sound).With($"llama.{key}", value);

        Should.NotThrow(() => model.Load().Dispose());
    }

    private static PatchedModel Yarn(PatchedModel model) =>
        model.With(Scaling + "type", "yarn").With(Scaling + "factor", 4f).With(Scaling + "original_context_length", 1024u);

    private static (float[] Frequencies, float Scale) Rope(Action<PatchedModel> patch)
    {
        using var model = new PatchedModel(Sound);
        patch(model);
        using var loaded = model.Load();
        return loaded.Model.RopeSets.ShouldHaveSingleItem().At(64);
    }
}
