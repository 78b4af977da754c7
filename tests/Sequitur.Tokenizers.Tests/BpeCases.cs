using System.Text.Json;

namespace Sequitur.Tokenizers.Tests;

/// <summary>The cases of the tokenizers area that are byte-level BPE with a pre-tokenizer that is supported.</summary>
internal static class BpeCases
{
    private static readonly Dictionary<string, ByteLevelBpe> s_loaded = [];

    public static Dictionary<int, string> Strings { get; } = Conformance.Json("tokenizers", "strings.json").GetProperty("cases").EnumerateArray()
        .ToDictionary(item => item.GetProperty("id").GetInt32(), item => item.GetProperty("text").GetString()!);

    /// <summary>Folder, and the index and body of its cases.</summary>
    public static IEnumerable<string> Folders() => Conformance.Folders("tokenizers")
        .Where(folder => File.Exists(Path.Combine(folder, "case.json")) && TryLoad(folder) is not null)
        .Select(folder => Path.GetFileName(folder));

    public static ByteLevelBpe Load(string folder) => TryLoad(Path.Combine(Conformance.Root, "tokenizers", folder))!;

    private static ByteLevelBpe? TryLoad(string folder)
    {
        lock (s_loaded)
        {
            if (s_loaded.TryGetValue(folder, out ByteLevelBpe? loaded))
            {
                return loaded;
            }

            string format = Conformance.Json(folder, "case.json").GetProperty("format").GetString()!;
            loaded = format switch
            {
                "gguf-vocab" => FromGguf(Path.Combine(folder, "vocab.gguf.gz")),
                "hf-tokenizer-json" => FromTokenizerJson(Path.Combine(folder, "tokenizer.json.gz")),
                _ => null,
            };
            if (loaded is not null)
            {
                s_loaded[folder] = loaded;
            }

            return loaded;
        }
    }

    private static ByteLevelBpe? FromGguf(string path)
    {
        Dictionary<string, object> metadata = new GgufMetadata(Conformance.Unzip(path)).Read();
        if (metadata["tokenizer.ggml.model"] is not "gpt2" || !PreTokenizers.Names.Contains((string)metadata["tokenizer.ggml.pre"]))
        {
            return null;
        }

        var vocabulary = new BpeVocabulary((string[])metadata["tokenizer.ggml.tokens"], (int[])metadata["tokenizer.ggml.token_type"], (string[])metadata["tokenizer.ggml.merges"]);
        return new ByteLevelBpe(vocabulary, PreTokenizers.Create((string)metadata["tokenizer.ggml.pre"]));
    }

    private static ByteLevelBpe? FromTokenizerJson(string path)
    {
        JsonElement root = JsonDocument.Parse(Conformance.Unzip(path)).RootElement;
        JsonElement pre = root.GetProperty("pre_tokenizer");
        JsonElement model = root.GetProperty("model");
        if (root.GetProperty("normalizer").ValueKind != JsonValueKind.Null || pre.ValueKind != JsonValueKind.Object
            || pre.GetProperty("type").GetString() != "ByteLevel" || !pre.GetProperty("use_regex").GetBoolean() || model.GetProperty("type").GetString() != "BPE")
        {
            return null;
        }

        var pieces = model.GetProperty("vocab").EnumerateObject().ToDictionary(token => token.Value.GetInt32(), token => token.Name);
        var types = Enumerable.Repeat((int)TokenType.Normal, pieces.Count).ToList();
        foreach (JsonElement added in root.GetProperty("added_tokens").EnumerateArray())
        {
            int id = added.GetProperty("id").GetInt32();
            pieces[id] = added.GetProperty("content").GetString()!;
            while (types.Count <= id)
            {
                types.Add((int)TokenType.Unused);
            }

            types[id] = (int)(added.GetProperty("special").GetBoolean() ? TokenType.Control : TokenType.UserDefined);
        }

        string[] merges = [.. model.GetProperty("merges").EnumerateArray().Select(pair => $"{pair[0].GetString()} {pair[1].GetString()}")];
        var vocabulary = new BpeVocabulary([.. Enumerable.Range(0, types.Count).Select(id => pieces[id])], types, merges);
        return new ByteLevelBpe(vocabulary, PreTokenizers.Create("gpt-2"));
    }
}
