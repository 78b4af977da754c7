using Sequitur.Formats.Gguf;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Loading;

/// <summary>A model's configuration out of GGUF metadata, by Hugging Face's keys.</summary>
internal static class GgufConfig
{
    private const string Scaling = "rope.scaling.";

    /// <summary>Reads the keys that an architecture's map names, and the rotary scaling.</summary>
    /// <exception cref="UnsupportedModelException">The file scales its rotary frequencies in a way that is not supported.</exception>
    public static ModelConfig Read(GgufWeightSource source, NameMap map)
    {
        var stored = source.File.Metadata.ToConfig();
        var metadata = source.File.Metadata;
        var architecture = metadata.GetString("general.architecture");
        var values = new Dictionary<string, object?>();
        foreach (var (key, ggufKey) in map.Keys)
        {
            if (metadata.TryGetValue($"{architecture}.{ggufKey}", out var value))
            {
                values[key] = value.ToObject();
            }
        }

        // Older files do not state the vocabulary's size; the token list has it.
        if (!values.ContainsKey("vocab_size") && metadata.TryGetValue("tokenizer.ggml.tokens", out var tokens))
        {
            values["vocab_size"] = tokens.Count;
        }

        AddScaling(source, stored, architecture, values);
        return new ModelConfig(values, source.File.Path);
    }

    private static void AddScaling(GgufWeightSource source, ModelConfig stored, string architecture, Dictionary<string, object?> values)
    {
        if (source.Find("rope_freqs.weight") is not null)
        {
            throw new UnsupportedModelException($"{source.Description} has rotary factors of its own (rope_freqs.weight), which are not supported in GGUF files yet");
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
            ["factor"] = stored.GetFloat($"{architecture}.{Scaling}factor"),
        };
        if (stored.Has($"{architecture}.{Scaling}original_context_length"))
        {
            scaling["original_max_position_embeddings"] = stored.GetInt($"{architecture}.{Scaling}original_context_length");
        }

        values["rope_scaling"] = scaling;
    }
}
