using Sequitur.Tokenizers.HuggingFace;

namespace Sequitur.Tokenizers.Tests;

/// <summary>The cases of the tokenizers area that are byte-level BPE with a pre-tokenizer that is supported.</summary>
internal static class BpeCases
{
    private static readonly Dictionary<string, HuggingFaceTokenizer?> s_loaded = [];

    public static Dictionary<int, string> Strings { get; } = Conformance.Json("tokenizers", "strings.json").GetProperty("cases").EnumerateArray()
        .ToDictionary(item => item.GetProperty("id").GetInt32(), item => item.GetProperty("text").GetString()!);

    /// <summary>The folders whose tokenizer is supported.</summary>
    public static IEnumerable<string> Folders() => Conformance.Folders("tokenizers")
        .Where(folder => File.Exists(Path.Combine(folder, "case.json")) && TryLoad(folder, out _) is not null)
        .Select(folder => Path.GetFileName(folder));

    public static ByteLevelBpe Load(string folder) => LoadWhole(folder).Bpe;

    public static HuggingFaceTokenizer LoadWhole(string folder) => TryLoad(Conformance.PathOf("tokenizers", folder), out string? refusal)
        ?? throw new InvalidOperationException($"{folder}: {refusal}");

    /// <summary>The tokenizer of a folder with a <c>case.json</c>, or null and why it is refused.</summary>
    public static HuggingFaceTokenizer? TryLoad(string folder, out string? refusal)
    {
        refusal = null;
        lock (s_loaded)
        {
            if (s_loaded.TryGetValue(folder, out HuggingFaceTokenizer? loaded) && loaded is not null)
            {
                return loaded;
            }

            try
            {
                string format = Conformance.Json(folder, "case.json").GetProperty("format").GetString()!;
                return s_loaded[folder] = format switch
                {
                    "gguf-vocab" => FromGguf(Path.Combine(folder, "vocab.gguf.gz")),
                    "hf-tokenizer-json" => TokenizerJson.Parse(Conformance.Unzip(Path.Combine(folder, "tokenizer.json.gz")), "tokenizer.json"),
                    _ => throw new UnsupportedModelException($"the format {format} is not supported"),
                };
            }
            catch (UnsupportedModelException problem)
            {
                refusal = problem.Message;
                return null;
            }
        }
    }

    private static HuggingFaceTokenizer FromGguf(string path)
    {
        Dictionary<string, object> metadata = new GgufMetadata(Conformance.Unzip(path)).Read();
        if (metadata["tokenizer.ggml.model"] is not "gpt2")
        {
            throw new UnsupportedModelException($"the vocabulary {metadata["tokenizer.ggml.model"]} is not supported");
        }

        RegisteredPreTokenizer cuts = PreTokenizers.Find((string)metadata["tokenizer.ggml.pre"]);
        var vocabulary = new BpeVocabulary((string[])metadata["tokenizer.ggml.tokens"], (int[])metadata["tokenizer.ggml.token_type"], (string[])metadata["tokenizer.ggml.merges"]);
        return new HuggingFaceTokenizer(new ByteLevelBpe(vocabulary, new BpeRules { PreTokenizers = [cuts.Create()], IgnoreMerges = cuts.Key.IgnoresMerges }), [], []);
    }
}
