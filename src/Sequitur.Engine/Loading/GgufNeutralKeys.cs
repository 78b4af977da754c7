using System.Collections.Frozen;
using System.Globalization;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Loading;

/// <summary>
/// GGUF keys that change what is computed, with the values that change nothing (ggml's <c>docs/gguf.md</c> and the keys that its converters write). A family whose map reads such a key decides
/// itself; in files of all others the key may only say what is computed anyway. Every other key is a description.
/// </summary>
internal static class GgufNeutralKeys
{
    private static readonly FrozenDictionary<string, double[]> Neutral = new Dictionary<string, double[]>
    {
        ["attention.causal"] = [1],
        ["attention.clamp_kqv"] = [0],
        ["attention.key_length_mla"] = [0],
        ["attention.max_alibi_bias"] = [0],
        ["attention.output_scale"] = [0, 1],
        ["attention.scale"] = [0],
        ["attention.shared_kv_layers"] = [0],
        ["attention.sliding_window"] = [0],
        ["attention.temperature_length"] = [0],
        ["attention.temperature_scale"] = [0],
        ["attention.value_length_mla"] = [0],
        ["attention.value_scale"] = [0, 1],
        ["attn_logit_softcapping"] = [0],
        ["embedding_scale"] = [0, 1],
        ["expert_count"] = [0],
        ["expert_gating_func"] = [0, 1],
        ["expert_group_count"] = [0, 1],
        ["expert_group_used_count"] = [0, 1],
        ["expert_shared_count"] = [0],
        ["expert_shared_feed_forward_length"] = [0],
        ["expert_weights_norm"] = [1],
        ["expert_weights_scale"] = [0, 1],
        ["final_logit_softcapping"] = [0],
        ["interleave_moe_layer_step"] = [0, 1],
        ["leading_dense_block_count"] = [0],
        ["logit_scale"] = [0, 1],
        ["moe_every_n_layers"] = [0, 1],
        ["nextn_predict_layers"] = [0],
        ["residual_scale"] = [0, 1],
        ["router_logit_softcapping"] = [0],
        ["rope.dimension_sections"] = [],
        ["rope.freq_base_swa"] = [],
        ["use_parallel_residual"] = [0],
    }.ToFrozenDictionary();

    // Keys that repeat, in some files, what another key says: by Hugging Face's name of that one.
    private static readonly FrozenDictionary<string, string> Repeating = new Dictionary<string, string>
    {
        ["attention.head_count_kv"] = "n_head",
        ["attention.value_length"] = "head_dim",
        ["expert_feed_forward_length"] = "intermediate_size",
        ["rope.dimension_count"] = "head_dim",
    }.ToFrozenDictionary();

    /// <summary>Refuses what would be passed over in silence.</summary>
    /// <exception cref="UnsupportedModelException">A key that the map does not read changes what is computed.</exception>
    public static void Check(ModelConfig stored, string architecture, NameMap map, ModelConfig config)
    {
        foreach (var full in stored.Keys.Where(key => key.StartsWith($"{architecture}.", StringComparison.Ordinal)))
        {
            var key = full[(architecture.Length + 1)..];
            if (map.Reads(key))
            {
                continue;
            }

            if (Neutral.TryGetValue(key, out var values) && !(Number(stored, full) is { } number && values.Contains(number)))
            {
                throw Unsupported(stored, full, values.Length == 0 ? "its absence" : string.Join(" or ", values.Select(v => v.ToString(CultureInfo.InvariantCulture))));
            }

            if (Repeating.TryGetValue(key, out var same) && config.Has(same) && Number(stored, full) != config.GetInt(same))
            {
                throw Unsupported(stored, full, $"{config.GetInt(same)}, as {config.Spelling(same)},");
            }
        }
    }

    private static UnsupportedModelException Unsupported(ModelConfig stored, string key, string supported) =>
        new($"{key} in {stored.Origin} is {Number(stored, key)?.ToString(CultureInfo.InvariantCulture) ?? "no number"}, which is not supported in files of this architecture ({supported} is)");

    // True and false count as 1 and 0; lists and texts are no numbers.
    private static double? Number(ModelConfig stored, string key)
    {
        try
        {
            return stored.GetFloat(key);
        }
        catch (InvalidModelException)
        {
            return IsTrue(stored, key);
        }
    }

    private static double? IsTrue(ModelConfig stored, string key)
    {
        try
        {
            return stored.GetBool(key) ? 1 : 0;
        }
        catch (InvalidModelException)
        {
            return null;
        }
    }
}
