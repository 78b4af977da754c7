using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine.Loading;

/// <summary>What a model's files say about text, whatever kind of files they are.</summary>
internal sealed record TextParts
{
    /// <summary>The file that has the tokens, for messages.</summary>
    public required string Origin { get; init; }

    /// <summary>Text to ids and back.</summary>
    public required ByteLevelBpe Tokenizer { get; init; }

    /// <summary>How a conversation is written; null if the files have no template.</summary>
    public ChatTemplate? Template { get; init; }

    /// <summary>The names of special tokens as templates call them (<c>bos_token</c>), and their texts.</summary>
    public IReadOnlyDictionary<string, object?> SpecialTokens { get; init; } = new Dictionary<string, object?>();

    /// <summary>The token that begins every prompt, if the model wants one.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Parses a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="origin">The key and file that it stands in.</param>
    /// <exception cref="InvalidModelException">It is malformed.</exception>
    public static ChatTemplate ParseTemplate(string source, string origin)
    {
        try
        {
            return ChatTemplate.Parse(source);
        }
        catch (TemplateException problem)
        {
            throw new InvalidModelException($"{origin}: {problem.Message}", problem);
        }
    }

    /// <summary>An id that a file names, if it is one of the vocabulary.</summary>
    /// <exception cref="InvalidModelException">It is not.</exception>
    public static int Known(int id, string origin, ByteLevelBpe tokenizer) => (uint)id < (uint)tokenizer.Vocabulary.Count ? id
        : throw new InvalidModelException($"{origin} is {id}, and the vocabulary has {tokenizer.Vocabulary.Count} tokens");
}
