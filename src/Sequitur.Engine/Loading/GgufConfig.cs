using Sequitur.Formats.Gguf;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Loading;

/// <summary>A model's configuration out of GGUF metadata, by Hugging Face's keys.</summary>
internal static class GgufConfig
{
    private const string Scaling = "rope.scaling.";
    private const string OldScale = "rope.scale_linear";
    private const string ExpertCount = "expert_count";
    private const string RotaryDim = "rope.dimension_count";
    private const string ValueLength = "attention.value_length";

    /// <summary>Reads the keys that an architecture's map names, and the rotary scaling.</summary>
    /// <exception cref="InvalidModelException">A required key is missing, or a value impossible.</exception>
    /// <exception cref="UnsupportedModelException">The file scales its rotary frequencies in a way that is not supported.</exception>
    public static ModelConfig Read(GgufWeightSource source, NameMap map)
    {
        var stored = source.File.Metadata.ToConfig();
        var metadata = source.File.Metadata;
        var architecture = metadata.GetString("general.architecture");
        var values = new Dictionary<string, object?>();
        foreach (var (key, ggufKey, required) in map.Keys)
        {
            if (metadata.TryGetValue($"{architecture}.{ggufKey}", out var value))
            {
                values[key] = value.ToObject();
            }
            else if (required)
            {
                throw new InvalidModelException($"{source.Description}: the key {architecture}.{ggufKey} is missing");
            }
        }

        // Many files do not state the vocabulary's size: the token list has it, or the table of the tokens' rows.
        if (!values.ContainsKey("vocab_size"))
        {
            values["vocab_size"] = metadata.TryGetValue("tokenizer.ggml.tokens", out var tokens) ? tokens.Count : source.Find("token_embd.weight")?.Shape[0];
        }

        RefuseUnread(stored, architecture, map);
        AddScaling(source, stored, architecture, values);
        return new ModelConfig(values, source.File.Path, map.Keys.ToDictionary(k => k.Key, k => $"{architecture}.{k.GgufKey}"));
    }

    // Keys that would change the computation and that no family reads under Hugging Face's names: they may only say what is computed anyway.
    private static void RefuseUnread(ModelConfig stored, string architecture, NameMap map)
    {
        if (map.Keys.All(k => k.GgufKey != ExpertCount) && stored.GetInt($"{architecture}.{ExpertCount}", 0) is var experts and not 0)
        {
            throw new UnsupportedModelException($"{architecture}.{ExpertCount} in {stored.Origin} is {experts}: mixtures of experts are not supported in GGUF files of this architecture");
        }

        var width = stored.GetSize($"{architecture}.embedding_length");
        var head = stored.GetSize($"{architecture}.attention.key_length", Math.Max(1, width / stored.GetCount($"{architecture}.attention.head_count")));
        var turned = stored.GetSize($"{architecture}.{RotaryDim}", head);
        if (turned % 2 != 0 || turned > head)
        {
            throw new InvalidModelException($"{architecture}.{RotaryDim} in {stored.Origin} is {turned}, and must be even and at most the {head} numbers of a head");
        }

        if (turned != head || stored.GetSize($"{architecture}.{ValueLength}", head) != head)
        {
            throw new UnsupportedModelException(
                $"{architecture}.{RotaryDim} {turned} or {architecture}.{ValueLength} in {stored.Origin} is not the size of a head, {head}, which is not supported in GGUF files of this architecture");
        }
    }

    private static void AddScaling(GgufWeightSource source, ModelConfig stored, string architecture, Dictionary<string, object?> values)
    {
        if (source.Find("rope_freqs.weight") is not null)
        {
            throw new UnsupportedModelException($"{source.Description} has rotary factors of its own (rope_freqs.weight), which are not supported in GGUF files yet");
        }

        // What would change the angles and is not read may not be passed over in silence.
        var known = (string[])[$"{architecture}.{Scaling}type", $"{architecture}.{Scaling}factor", $"{architecture}.{Scaling}original_context_length", $"{architecture}.{Scaling}finetuned"];
        bool IsUnread(string key) => key == $"{architecture}.{OldScale}" || (key.StartsWith($"{architecture}.{Scaling}", StringComparison.Ordinal) && !known.Contains(key));
        if (stored.Keys.FirstOrDefault(IsUnread) is { } unread)
        {
            throw new UnsupportedModelException($"the key {unread} in {stored.Origin} is not supported yet");
        }

        var kind = stored.GetString($"{architecture}.{Scaling}type", "none");
        if (kind is "none")
        {
            return;
        }

        if (kind is not ("linear" or "yarn"))
        {
            throw new UnsupportedModelException($"{source.Description} asks for RoPE scaling '{kind}'; in GGUF files linear and yarn are supported");
        }

        var scaling = new Dictionary<string, object?>
        {
            ["rope_type"] = kind,
            ["factor"] = stored.GetPositive($"{architecture}.{Scaling}factor"),
        };
        if (stored.Has($"{architecture}.{Scaling}original_context_length"))
        {
            scaling["original_max_position_embeddings"] = stored.GetSize($"{architecture}.{Scaling}original_context_length");
        }

        values["rope_scaling"] = scaling;
    }
}
