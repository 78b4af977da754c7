using Sequitur.Formats.Gguf;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine.Loading;

/// <summary>A model that speaks text: its vocabulary, chat template and end tokens beside the model itself.</summary>
public sealed class TextModel : IDisposable
{
    private TextModel(LoadedModel loaded, ByteLevelBpe tokenizer, ChatTemplate? template, ModelManifest manifest)
    {
        Loaded = loaded;
        Tokenizer = tokenizer;
        Template = template;
        Manifest = manifest;
        var metadata = loaded.Gguf!.Metadata;
        BeginToken = metadata.TryGetBool("tokenizer.ggml.add_bos_token", out var adds) && adds ? Token(metadata, "tokenizer.ggml.bos_token_id") : null;
        StopIds = [.. new[] { Token(metadata, "tokenizer.ggml.eos_token_id"), Token(metadata, "tokenizer.ggml.eot_token_id") }.OfType<int>().Distinct()];
    }

    /// <summary>The model.</summary>
    public LoadedModel Loaded { get; }

    /// <summary>Text to ids and back.</summary>
    public ByteLevelBpe Tokenizer { get; }

    /// <summary>How a conversation is written as a prompt; null if the file has no template.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>Defaults that were shipped with it.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The token that begins every prompt, if the model wants one.</summary>
    public int? BeginToken { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Opens a GGUF file with its vocabulary.</summary>
    /// <exception cref="SequiturException">There is no model, or it is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The architecture, a format or the tokenizer is not supported.</exception>
    public static TextModel Load(string path)
    {
        var loaded = ModelLoader.Load(path);
        try
        {
            if (loaded.Gguf is not { } gguf)
            {
                throw new UnsupportedModelException($"{path}: tokenizers of Hugging Face directories (tokenizer.json) are not supported yet; use a GGUF file");
            }

            var tokenizer = ReadTokenizer(gguf.Metadata);
            if (tokenizer.Vocabulary.Count > loaded.Model.VocabularySize)
            {
                throw new InvalidModelException($"{gguf.Path} lists {tokenizer.Vocabulary.Count} tokens, but its model has logits for {loaded.Model.VocabularySize}");
            }

            var template = gguf.Metadata.TryGetString("tokenizer.chat_template", out var source) ? ChatTemplate.Parse(source) : null;
            return new TextModel(loaded, tokenizer, template, ModelManifest.Find(path));
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Loaded.Dispose();

    private static ByteLevelBpe ReadTokenizer(GgufMetadata metadata)
    {
        var kind = metadata.GetString("tokenizer.ggml.model");
        if (kind != "gpt2")
        {
            throw new UnsupportedModelException($"{metadata.Path}: tokenizer '{kind}' is not supported yet (gpt2, byte-level BPE, is)");
        }

        var types = metadata.ContainsKey("tokenizer.ggml.token_type") ? metadata.GetInt32Array("tokenizer.ggml.token_type") : null;
        var vocabulary = new BpeVocabulary(metadata.GetStringArray("tokenizer.ggml.tokens"), types, metadata.GetStringArray("tokenizer.ggml.merges"));
        return new ByteLevelBpe(vocabulary, PreTokenizers.Create(metadata.TryGetString("tokenizer.ggml.pre", out var pre) ? pre : "gpt-2"));
    }

    private static int? Token(GgufMetadata metadata, string key) => metadata.TryGetInt32(key, out var id) ? id : null;
}
