using Sequitur.Formats.Gguf;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Loading;

/// <summary>A model's configuration out of GGUF metadata, by Hugging Face's keys.</summary>
internal static class GgufConfig
{
    /// <summary>Reads the keys that an architecture's map names, what follows from them, and the rotary scaling.</summary>
    /// <exception cref="InvalidModelException">A required key is missing, or a value impossible.</exception>
    /// <exception cref="UnsupportedModelException">A key asks for something that the family does not do.</exception>
    public static ModelConfig Read(GgufWeightSource source, NameMap map)
    {
        var metadata = source.File.Metadata;
        var architecture = metadata.GetString("general.architecture");
        var values = new Dictionary<string, object?>();
        foreach (var (key, ggufKey, required) in map.Keys)
        {
            if (metadata.TryGetValue($"{architecture}.{ggufKey}", out var value))
            {
                values[key] = Single(value.ToObject(), $"{architecture}.{ggufKey}", source);
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

        var config = new ModelConfig(values, source.File.Path, map.Keys.ToDictionary(k => k.Key, k => $"{architecture}.{k.GgufKey}"));
        foreach (var (key, value) in map.DerivedKeys.Where(d => !values.ContainsKey(d.Key)))
        {
            values[key] = value(config, name => source.Find(name) is not null);
        }

        var stored = metadata.ToConfig();
        GgufNeutralKeys.Check(stored, architecture, map, config);
        if (map.Reads("rope.freq_base") && GgufRope.Read(source, stored, architecture, config) is { } scaling)
        {
            values["rope_scaling"] = scaling;
        }

        return config;
    }

    /// <summary>Refuses tensors that nobody read: leaving them out would give other numbers than the file's author had.</summary>
    /// <exception cref="UnsupportedModelException">There are such.</exception>
    public static void RefuseUnread(GgufWeightSource source, IEnumerable<string> unread)
    {
        var names = unread.Where(name => !GgufRope.IsFactors(name)).ToArray();
        if (names.Length > 0)
        {
            throw new UnsupportedModelException($"{source.Description} has {names.Length} tensors that its architecture does not use as described, such as {names[0]}");
        }
    }

    // Some files give one value a layer where all are equal.
    private static object Single(object value, string key, GgufWeightSource source) => value switch
    {
        string => value,
        System.Collections.IEnumerable list => list.Cast<object>().Distinct().ToArray() switch
        {
            [var single] => single,
            var several => throw new UnsupportedModelException($"{key} in {source.Description} has {several.Length} different values; one for all layers is supported"),
        },
        _ => value,
    };
}
