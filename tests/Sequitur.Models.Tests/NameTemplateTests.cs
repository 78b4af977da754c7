namespace Sequitur.Models.Tests;

public sealed class NameTemplateTests
{
    [Theory]
    [InlineData("model.layers.{i}.mlp.experts.{e}.up_proj.weight", "blk.{i}.ffn_up.{e}.weight", "model.layers.12.mlp.experts.007.up_proj.weight", "blk.12.ffn_up.007.weight")]
    [InlineData("h.{i}.ln_1.weight", "blk.{i}.attn_norm.weight", "h.0.ln_1.weight", "blk.0.attn_norm.weight")]
    [InlineData("layer{i}", "l{i}", "layer31", "l31")]
    [InlineData("{e}.{i}", "{i}-{e}", "1.2", "2-1")]
    [InlineData("lm_head.weight", "output.weight", "lm_head.weight", "output.weight")]
    [InlineData("experts.{0}.{i}.w", "e{i}", "experts.{0}.4.w", "e4")]
    [InlineData("h.{i}.a", "fixed", "h.3.a", "fixed")]
    public void Fill_NameThatMatches_HasItsNumbers(string from, string to, string name, string expected)
    {
        var template = new NameTemplate(from);
        template.Matches(name, out var numbers).ShouldBeTrue();
        new NameTemplate(to).Fill(template, numbers).ShouldBe(expected);
    }

    [Theory]
    [InlineData("h.{i}.a", "h.x.a")]
    [InlineData("h.{i}.a", "h..a")]
    [InlineData("h.{i}.a", "h.1.ab")]
    [InlineData("h.{i}.a", "h.1.")]
    [InlineData("h.{i}.a", "h.1")]
    [InlineData("h.{i}.a", "xh.1.a")]
    [InlineData("h.{i}.a", "h.-1.a")]
    [InlineData("h.{i}.a", "h.１.a")]
    [InlineData("head.weight", "headXweight")]
    [InlineData("head.weight", "head.weights")]
    [InlineData("head.weight", "")]
    public void Matches_OtherName_IsFalse(string template, string name) => new NameTemplate(template).Matches(name, out _).ShouldBeFalse();

    [Theory]
    [InlineData("{i}{e}.a")]
    [InlineData("h.{i}0.a")]
    public void Constructor_NumberWithoutAnEnd_IsRefused(string template) => Should.Throw<ArgumentException>(() => new NameTemplate(template));
}
