using Sequitur.Kernels.Formats;
using Sequitur.Models.Architectures;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Tests;

/// <summary>Which products multiply the remainders of their activations: values everywhere, and the first ones of the last sixth of the feed-forwards.</summary>
public sealed class PreciseProductTests
{
    [Fact]
    public void Llama_OfSixLayers_ValuesAndTheLastGateAndUp() => Precise(Lowered(Llama.Create, Small(layers: 6))).ShouldBe(
        [.. Layers(6, "model.layers.{0}.self_attn.v_proj.weight"), "model.layers.5.mlp.gate_proj.weight", "model.layers.5.mlp.up_proj.weight"], ignoreOrder: true);

    [Fact]
    public void Llama_OfTwoLayers_ValuesOnly() => Precise(Lowered(Llama.Create, Small(layers: 2))).ShouldBe(Layers(2, "model.layers.{0}.self_attn.v_proj.weight"));

    [Fact]
    public void Llama_WithBiases_FindsTheProductsBehindThem() => Precise(Lowered(Llama.Create, new(Small(layers: 6)) { ["attention_bias"] = true, ["mlp_bias"] = true })).Count.ShouldBe(8);

    [Fact]
    public void Llama_WithoutRemainders_HasNone()
    {
        var graph = Create(Llama.Create, Small(layers: 6)).Trace().Graph;
        Precise(Lowering.Lower(graph, new NumericChoices(true, null, Remainders: false))).ShouldBeEmpty();
        Precise(Lowering.Lower(graph, NumericChoices.Float32)).ShouldBeEmpty();
    }

    [Fact]
    public void Mixtral_OfSixLayers_ValuesOnly() =>
        Precise(Lowered(Llama.Create, new(Small(layers: 6)) { ["num_local_experts"] = 4, ["num_experts_per_tok"] = 2 })).ShouldBe(Layers(6, "model.layers.{0}.self_attn.v_proj.weight"));

    [Fact]
    public void Gemma2_OfTwelveLayers_ValuesAndTheLastTwoGatesAndUps() => Precise(Lowered(Gemma2.Create, Small(layers: 12))).ShouldBe(
        [
            .. Layers(12, "model.layers.{0}.self_attn.v_proj.weight"),
            .. new[] { 10, 11 }.SelectMany(layer => new[] { $"model.layers.{layer}.mlp.gate_proj.weight", $"model.layers.{layer}.mlp.up_proj.weight" }),
        ],
        ignoreOrder: true);

    // One product makes queries, keys and values.
    [Fact]
    public void Gpt2_OfSixLayers_TheLastFirstProductOnly() => Precise(Lowered(Gpt2.Create, Gpt(layers: 6))).ShouldBe(["transformer.h.5.mlp.c_fc.weight"]);

    // Experts read the same activations without the remainder, also where a token has two of them and so twice the columns would fit.
    [Fact]
    public void DeepseekV3_OfSixLayers_ExpertsReadNoRemainder()
    {
        var lowered = Lowered(DeepseekV3.Create, new(Small(layers: 6))
        {
            ["moe_intermediate_size"] = 32, ["kv_lora_rank"] = 32, ["qk_nope_head_dim"] = 16, ["qk_rope_head_dim"] = 8, ["v_head_dim"] = 32,
            ["n_routed_experts"] = 4, ["n_shared_experts"] = 1, ["num_experts_per_tok"] = 2, ["n_group"] = 1, ["topk_group"] = 1, ["first_k_dense_replace"] = 1,
        });

        Precise(lowered).ShouldContain("model.layers.5.mlp.shared_experts.up_proj.weight");
        var experts = lowered.Nodes.Where(node => node.Op is ExpertIntegerMatMul).ToArray();
        experts.Length.ShouldBe(15);
        experts.ShouldAllBe(node => node.Inputs[0].Shape.Columns == node.Inputs[0].Node.Inputs[0].Shape.Columns);
    }

    // The shapes of SmolLM2-135M and of GPT-2, at a third and a twelfth of their widths. The head is left out: it only makes the share smaller.
    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void Share_OfARealisticShape_IsAFifthAtMost(string family)
    {
        var lowered = family == "llama" ? Lowered(Llama.Create, new(Small(layers: 30))
        {
            ["hidden_size"] = 192, ["intermediate_size"] = 512, ["num_attention_heads"] = 3, ["num_key_value_heads"] = 1, ["head_dim"] = 64,
        }) : Lowered(Gpt2.Create, Gpt(layers: 12));
        var layers = Products(lowered).Where(node => Name(node).Contains("layers.", StringComparison.Ordinal) || Name(node).Contains(".h.", StringComparison.Ordinal)).ToArray();
        layers.Length.ShouldBeGreaterThan(12 * 3);
        (layers.Where(IsPrecise).Sum(MultiplyAdds) / layers.Sum(MultiplyAdds)).ShouldBeInRange(0.05, 0.2);
    }

    private static IEnumerable<Node> Products(Graph graph) => graph.Nodes.Where(node => node.Op is IntegerMatMul);

    private static bool IsPrecise(Node node) => node.Op.Name.Contains("remainder", StringComparison.Ordinal);

    private static string Name(Node node) => ((ParameterValue)node.Inputs[1].Node.Op).Parameter.Name;

    private static double MultiplyAdds(Node node) => (double)node.Inputs[1].Shape.Columns * node.Inputs[1].Shape[0];

    private static List<string> Precise(Graph graph) => [.. Products(graph).Where(IsPrecise).Select(Name)];

    private static string[] Layers(int count, string name) => [.. Enumerable.Range(0, count).Select(layer => name.Replace("{0}", $"{layer}", StringComparison.Ordinal))];

    private static Graph Lowered(Func<ModelConfig, WeightScope, Model> create, Dictionary<string, object?> keys) =>
        Lowering.Lower(Create(create, keys).Trace().Graph, new NumericChoices(true, null));

    private static Model Create(Func<ModelConfig, WeightScope, Model> create, Dictionary<string, object?> keys) =>
        create(new ModelConfig(keys, "a generated model"), new WeightScope(new RandomWeights(3, BlockFormats.Find("Q8_0"))));

    private static Dictionary<string, object?> Small(int layers) => new()
    {
        ["vocab_size"] = 64, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["num_hidden_layers"] = layers,
        ["num_attention_heads"] = 2, ["num_key_value_heads"] = 1, ["head_dim"] = 32,
    };

    private static Dictionary<string, object?> Gpt(int layers) => new()
    {
        ["vocab_size"] = 64, ["n_embd"] = 64, ["n_layer"] = layers, ["n_head"] = 2, ["n_positions"] = 64,
    };
}
