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
        BeginToken = metadata.TryGetBool("tokenizer.ggml.add_bos_token", out var adds) && adds ? Token(metadata, "tokenizer.ggml.bos_token_id", tokenizer) : null;
        IEnumerable<int> turn = template is not null && EndTokens.OfTemplate(template, tokenizer) is { } id ? [id] : [];
        StopIds = [.. EndTokens.OfGguf(metadata, tokenizer.Vocabulary.Count).Concat(turn).Distinct()];
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

    /// <summary>Tokens that end an answer: those of the metadata, and the one that the template ends a turn with.</summary>
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

            return new TextModel(loaded, tokenizer, ReadTemplate(gguf.Metadata), ModelManifest.Find(path));
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
        var (tokens, merges) = (metadata.GetStringArray("tokenizer.ggml.tokens"), metadata.GetStringArray("tokenizer.ggml.merges"));
        try
        {
            return new ByteLevelBpe(new BpeVocabulary(tokens, types, merges), PreTokenizers.Create(metadata.TryGetString("tokenizer.ggml.pre", out var pre) ? pre : "gpt-2"));
        }
        catch (InvalidModelException problem)
        {
            throw new InvalidModelException($"{metadata.Path}: {problem.Message}", problem);
        }
        catch (UnsupportedModelException problem)
        {
            throw new UnsupportedModelException($"{metadata.Path}: {problem.Message}");
        }
    }

    private static ChatTemplate? ReadTemplate(GgufMetadata metadata)
    {
        try
        {
            return metadata.TryGetString("tokenizer.chat_template", out var source) ? ChatTemplate.Parse(source) : null;
        }
        catch (TemplateException problem)
        {
            throw new InvalidModelException($"tokenizer.chat_template in {metadata.Path}: {problem.Message}", problem);
        }
    }

    private static int? Token(GgufMetadata metadata, string key, ByteLevelBpe tokenizer) => !metadata.TryGetInt32(key, out var id) ? null
        : (uint)id < (uint)tokenizer.Vocabulary.Count ? id
        : throw new InvalidModelException($"{key} in {metadata.Path} is {id}, and the vocabulary has {tokenizer.Vocabulary.Count} tokens");
}
