using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine.Loading;

/// <summary>A model that speaks text: its vocabulary, chat template and end tokens beside the model itself.</summary>
public sealed class TextModel : IDisposable
{
    private TextModel(LoadedModel loaded, TextParts text, ModelManifest manifest)
    {
        Loaded = loaded;
        Text = new ModelText(text, manifest);
        IEnumerable<int> turn = text.Template is not null && EndTokens.OfTemplate(text.Template, text.Tokenizer) is { } id ? [id] : [];
        StopIds = [.. text.StopIds.Concat(turn).Distinct()];
    }

    /// <summary>The model.</summary>
    public LoadedModel Loaded { get; }

    /// <summary>What the files say about text.</summary>
    public ModelText Text { get; }

    /// <summary>Text to ids and back.</summary>
    public ByteLevelBpe Tokenizer => Text.Tokenizer;

    /// <summary>How a conversation is written as a prompt; null if the files have no template.</summary>
    public ChatTemplate? Template => Text.Template;

    /// <summary>What templates call the special tokens (<c>bos_token</c>), and their texts: variables for <see cref="Template"/>.</summary>
    public IReadOnlyDictionary<string, object?> SpecialTokens => Text.SpecialTokens;

    /// <summary>Defaults that were shipped with it.</summary>
    public ModelManifest Manifest => Text.Manifest;

    /// <summary>The token that begins every prompt, if the model wants one.</summary>
    public int? BeginToken => Text.BeginToken;

    /// <summary>Tokens that end an answer: those that the files name, and the one that the template ends a turn with.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Opens a GGUF file with its vocabulary, or a directory with <c>config.json</c>, safetensors and <c>tokenizer.json</c>.</summary>
    /// <exception cref="SequiturException">There is no model, or it is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The architecture, a format or the tokenizer is not supported.</exception>
    public static TextModel Load(string path)
    {
        var loaded = ModelLoader.Load(path);
        try
        {
            var text = loaded.Gguf is { } gguf ? GgufText.Read(gguf.Metadata) : HuggingFaceText.Read(path, loaded.Config);
            loaded.Gguf?.ForgetHead();
            return text.Tokenizer.Vocabulary.Count <= loaded.Model.VocabularySize
                ? new TextModel(loaded, text, ModelManifest.Find(path))
                : throw new InvalidModelException($"{text.Origin} lists {text.Tokenizer.Vocabulary.Count} tokens, but its model has logits for {loaded.Model.VocabularySize}");
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Loaded.Dispose();
}
