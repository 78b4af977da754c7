using System.Text.RegularExpressions;

namespace Sequitur.Cli.ModelFiles;

/// <summary>Tensors of one kind.</summary>
/// <param name="Kind">The part of a transformer.</param>
/// <param name="Tensors">How many.</param>
/// <param name="Parameters">Their numbers.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record KindTotal(string Kind, int Tensors, long Parameters, long Bytes);

/// <summary>
/// Which part of a transformer a tensor belongs to, told by its name: GGUF's (ggml's <c>docs/gguf.md</c>, <em>Standardized tensor names</em>), or those of Hugging Face's checkpoints.
/// A family that is not supported is sorted too.
/// </summary>
internal static partial class ParameterKinds
{
    /// <summary>The kind of the matrix that makes logits.</summary>
    public const string Head = "head";

    // In the order of a page; the first pattern that a name matches decides, in the order of s_rules.
    private static readonly string[] s_kinds = ["embedding", "attention", "feed-forward", "experts", "norms", Head, "other"];

    private static readonly (string Kind, Regex Pattern)[] s_rules =
    [
        ("norms", Norm()), ("experts", Experts()), ("embedding", Embedding()), (Head, OutputHead()), ("attention", Attention()), ("feed-forward", FeedForward()),
    ];

    /// <summary>The kind of a tensor.</summary>
    public static string Of(string name) => s_rules.FirstOrDefault(rule => rule.Pattern.IsMatch(name)).Kind ?? "other";

    /// <summary>Sums by kind; kinds without a tensor are left out.</summary>
    public static IReadOnlyList<KindTotal> Totals(IEnumerable<TensorFacts> tensors) =>
    [
        .. tensors.GroupBy(tensor => Of(tensor.Name)).OrderBy(group => Array.IndexOf(s_kinds, group.Key))
            .Select(group => new KindTotal(group.Key, group.Count(), group.Sum(tensor => tensor.Parameters), group.Sum(tensor => tensor.Bytes))),
    ];

    [GeneratedRegex(@"norm|\bln_(f|\d)\b|\bln\d\b|\bln_\w+\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Norm();

    // A router is a part of its experts. "gate" alone is one; "gate_proj" is not.
    [GeneratedRegex(@"experts?\b|_exps\b|_shexp\b|ffn_(gate|up|down)\.\d+\.|ffn_gate_inp|exp_probs|\.(gate|router)\.(weight|bias|e_score_correction_bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex Experts();

    [GeneratedRegex(@"embd|embed|\bwte\b|\bwpe\b|^(\w+\.)?shared\.|token_types", RegexOptions.CultureInvariant)]
    private static partial Regex Embedding();

    [GeneratedRegex(@"^output\.|^cls\b|\blm_head\b|^score\.|^classifier\.|^head\.", RegexOptions.CultureInvariant)]
    private static partial Regex OutputHead();

    // What mixes positions: time_mix stands in its place in RWKV.
    [GeneratedRegex(@"attn|attention|time_mix|\bssm_", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Attention();

    [GeneratedRegex(@"ffn|mlp|feed_forward|DenseReluDense|channel_mix|intermediate|\blayer\.\d+\.output\.|\bfc\d\b", RegexOptions.CultureInvariant)]
    private static partial Regex FeedForward();
}
