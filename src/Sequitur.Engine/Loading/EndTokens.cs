using Sequitur.Formats.Gguf;
using Sequitur.Tensors.Weights;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine.Loading;

/// <summary>The tokens that end an answer: those that a model's files name, and the one that its chat template closes an answer with.</summary>
/// <remarks>Files often name the end of a text only, while a chat model ends its turns with another token.</remarks>
public static class EndTokens
{
    private const string Answer = "sequitur";

    /// <summary>GGUF's keys for the end of a text, of a turn and of a message (before the result of a tool).</summary>
    public static IReadOnlyList<string> GgufKeys { get; } = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"];

    /// <summary>The tokens that the metadata of a GGUF file names, without repeats.</summary>
    /// <exception cref="InvalidModelException">One is not in the vocabulary.</exception>
    public static IReadOnlyList<int> OfGguf(GgufMetadata metadata, int vocabulary) =>
        [.. GgufKeys.Where(metadata.ContainsKey).Select(key => Checked(metadata.GetInt32(key), vocabulary, key, metadata.Path)).Distinct()];

    /// <summary>The tokens that <c>eos_token_id</c> of <c>generation_config.json</c> or <c>config.json</c> names: a number or a list.</summary>
    /// <param name="config">What the file says. Where both files have the key, the first counts: it is made for generating.</param>
    /// <param name="vocabulary">How many tokens there are.</param>
    /// <exception cref="InvalidModelException">It is neither, or one is not in the vocabulary.</exception>
    public static IReadOnlyList<int> OfConfig(ModelConfig config, int vocabulary)
    {
        const string Key = "eos_token_id";
        return config.Has(Key) ? [.. config.GetIntList(Key).Select(id => Checked(id, vocabulary, Key, config.Origin)).Distinct()] : [];
    }

    /// <summary>The control token behind an answer, as the template writes it; null if there is none, or the template cannot write a conversation of a question and an answer.</summary>
    public static int? OfTemplate(ChatTemplate template, ByteLevelBpe tokenizer)
    {
        try
        {
            var prompt = PromptBytes.From(template.RenderSegments([new ChatMessage("user", "?"), new ChatMessage("assistant", Answer)], addGenerationPrompt: false));
            var end = prompt.Utf8.AsSpan().LastIndexOf("sequitur"u8);
            var tokens = new List<TokenSpan>();
            tokenizer.Encode(prompt.Utf8, prompt.Trusted, tokens);
            foreach (var token in tokens.Where(token => end >= 0 && token.Start >= end + Answer.Length))
            {
                if (tokenizer.Vocabulary.IsSpecial(token.Id))
                {
                    return token.Id;
                }

                if (prompt.Utf8.AsSpan(token.Start, token.Length).Trim(" \t\r\n"u8).Length > 0)
                {
                    return null; // text ends the turn, and no token
                }
            }

            return null;
        }
        catch (TemplateException)
        {
            return null; // whoever asks it for a prompt will hear why
        }
    }

    private static int Checked(int id, int vocabulary, string key, string file) => id >= 0 && id < vocabulary
        ? id
        : throw new InvalidModelException($"{key} in {file} is {id}, and the vocabulary has {vocabulary} tokens");
}
