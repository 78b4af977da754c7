using System.Text;
using Sequitur.Formats;
using Sequitur.Formats.Gguf;
using Sequitur.Formats.HuggingFace;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine.Loading;

/// <summary>What a model's files say about text, without its weights: vocabulary, chat template, the token that begins a prompt, and the defaults that were shipped.</summary>
public sealed class ModelText
{
    private readonly TextParts _parts;

    internal ModelText(TextParts parts, ModelManifest manifest) => (_parts, Manifest) = (parts, manifest);

    /// <summary>Text to ids and back.</summary>
    public ByteLevelBpe Tokenizer => _parts.Tokenizer;

    /// <summary>How a conversation is written as a prompt; null if the files have no template.</summary>
    public ChatTemplate? Template => _parts.Template;

    /// <summary>What templates call the special tokens (<c>bos_token</c>), and their texts: variables for <see cref="Template"/>.</summary>
    public IReadOnlyDictionary<string, object?> SpecialTokens => _parts.SpecialTokens;

    /// <summary>The token that begins every prompt, if the model wants one.</summary>
    public int? BeginToken => _parts.BeginToken;

    /// <summary>Defaults that were shipped with it.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Reads what a GGUF file, or a directory with <c>config.json</c> and <c>tokenizer.json</c>, says about text.</summary>
    /// <exception cref="SequiturException">There is no model, or its vocabulary, template or manifest is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The tokenizer is not supported, or there is none.</exception>
    public static ModelText Load(string path)
    {
        var location = ModelLocator.Locate(path);
        return new ModelText(location.Kind switch
        {
            ModelKind.Gguf => ReadGguf(location.Path),
            ModelKind.HuggingFace => HuggingFaceText.Read(location.Path, HuggingFaceConfig.Load(location.Path)),
            _ => throw new SequiturException($"{location.Path} holds weights only: name the directory that has its config.json"),
        }, ModelManifest.Find(path));
    }

    /// <summary>
    /// Appends the tokens of a request's prompt: the conversation as the template writes it, behind the begin token. Special tokens are read in what the template writes, never in what a user wrote.
    /// </summary>
    /// <returns>The text that was encoded, in UTF-8: positions of the tokens are positions in it. A begin token that no text wrote has length 0.</returns>
    /// <exception cref="UsageException">The prompt is empty, the model has no chat template, or there are earlier messages without one.</exception>
    public byte[] Encode(TextRequest request, List<TokenSpan> tokens)
    {
        if (request.Prompt.Length == 0)
        {
            throw new UsageException("the prompt is empty: give a text");
        }

        if (request is { Raw: true, History.Count: > 0 })
        {
            throw new UsageException("earlier messages need the chat template: a raw prompt has none");
        }

        var before = tokens.Count;
        var prompt = request.Raw ? new PromptBytes(Encoding.UTF8.GetBytes(request.Prompt), []) : Rendered(request);
        Tokenizer.Encode(prompt.Utf8, prompt.Trusted, tokens);
        if (BeginToken is { } first && (tokens.Count == before || tokens[before].Id != first))
        {
            tokens.Insert(before, new TokenSpan(first, 0, 0));
        }

        return prompt.Utf8;
    }

    private static TextParts ReadGguf(string path)
    {
        using var file = GgufFile.Open(path);
        return GgufText.Read(file.Metadata);
    }

    private PromptBytes Rendered(TextRequest request)
    {
        var template = Template ?? throw new UsageException("the model has no chat template: use --raw to continue the text as it is");
        var messages = new List<ChatMessage>();
        if ((request.System ?? Manifest.System) is { Length: > 0 } system)
        {
            messages.Add(new ChatMessage("system", system));
        }

        messages.AddRange(request.History);
        messages.Add(new ChatMessage("user", request.Prompt));
        return PromptBytes.From(template.RenderSegments(messages, addGenerationPrompt: true, SpecialTokens));
    }
}
