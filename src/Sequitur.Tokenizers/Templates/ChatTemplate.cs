using System.Runtime.CompilerServices;

namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// A chat template in the Jinja dialect of Hugging Face: turns a conversation into the text that the model was trained on. It comes from
/// the model file, so it is run as untrusted code: bounded in steps, depth and output, without access to anything but its variables.
/// </summary>
public sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement> _body;
    private readonly TemplateOptions _options;

    private ChatTemplate(IReadOnlyList<Statement> body, TemplateOptions options)
    {
        _body = body;
        _options = options;
    }

    /// <summary>Parses a template.</summary>
    /// <param name="source">The template's text.</param>
    /// <param name="options">What it may do; the defaults if null.</param>
    /// <exception cref="TemplateException">The template is malformed, or uses a tag that is not supported.</exception>
    public static ChatTemplate Parse(string source, TemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(TemplateParser.Parse(source), options ?? TemplateOptions.Default);
    }

    /// <summary>The prompt for a conversation.</summary>
    /// <inheritdoc cref="RenderSegments(IReadOnlyList{ChatMessage}, bool, IReadOnlyDictionary{string, object})"/>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, object?>? variables = null) =>
        Join(RenderSegments(messages, addGenerationPrompt, variables));

    /// <summary>The prompt for a conversation whose messages may have any keys (tool calls, reasoning, parts of content).</summary>
    /// <inheritdoc cref="RenderSegments(IReadOnlyList{IReadOnlyDictionary{string, object}}, bool, IReadOnlyDictionary{string, object})"/>
    [OverloadResolutionPriority(-1)] // [new("user", …)] means a ChatMessage.
    public string Render(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, object?>? variables = null) =>
        Join(RenderSegments(messages, addGenerationPrompt, variables));

    /// <summary>The prompt for a conversation, in parts that say whether the template wrote them.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with the beginning of the assistant's answer.</param>
    /// <param name="variables">Further variables: <c>bos_token</c>, <c>tools</c>, <c>enable_thinking</c>, …; values are strings, numbers, booleans, null,
    /// string-keyed dictionaries and sequences of these. Strings under names that end in <c>_token</c> count as the template's own: they must come from
    /// the model file, never from a request.</param>
    /// <exception cref="UsageException">The conversation is empty.</exception>
    /// <exception cref="TemplateException">The template failed, or refused the conversation.</exception>
    public IReadOnlyList<TemplateSegment> RenderSegments(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, object?>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return RenderSegments([.. messages.Select(ToDictionary)], addGenerationPrompt, variables);
    }

    /// <summary>The prompt for a conversation whose messages may have any keys, in parts that say whether the template wrote them.</summary>
    /// <param name="messages">The conversation. Keys with null are left out; <c>reasoning_content</c> and <c>thinking</c> are filled from whichever of them, or of
    /// <c>reasoning</c>, is there.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with the beginning of the assistant's answer.</param>
    /// <param name="variables">Further variables, as for the other overload.</param>
    /// <exception cref="UsageException">The conversation is empty.</exception>
    /// <exception cref="TemplateException">The template failed, or refused the conversation.</exception>
    [OverloadResolutionPriority(-1)] // [new("user", …)] means a ChatMessage.
    public IReadOnlyList<TemplateSegment> RenderSegments(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, object?>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Segments(RenderText(messages, addGenerationPrompt, variables));
    }

    /// <summary>
    /// The prompt for a conversation whose last message the model is to go on with: the rendering up to the end of that message's content.
    /// </summary>
    /// <param name="messages">The conversation; the last message's <c>content</c> is a string, or parts of which the last text is continued.</param>
    /// <param name="variables">Further variables, as for <see cref="RenderSegments(IReadOnlyList{ChatMessage}, bool, IReadOnlyDictionary{string, object})"/>.</param>
    /// <exception cref="UsageException">The conversation is empty, or its last message has no text, or the template leaves it out.</exception>
    /// <exception cref="TemplateException">The template failed, or refused the conversation.</exception>
    public IReadOnlyList<TemplateSegment> RenderContinuedSegments(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, IReadOnlyDictionary<string, object?>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Segments(Continuation.Render(messages, marked => RenderText(marked, addGenerationPrompt: false, variables)));
    }

    /// <inheritdoc cref="RenderContinuedSegments"/>
    public string RenderContinued(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, IReadOnlyDictionary<string, object?>? variables = null) =>
        Join(RenderContinuedSegments(messages, variables));

    /// <summary>Renders with these variables only: what a template is, without the conventions of chats.</summary>
    internal string RenderPlain(IReadOnlyDictionary<string, object?> variables) =>
        new Renderer(_options).Render(_body, Convert(variables, messages: null)).Value;

    private Text RenderText(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables)
    {
        if (messages.Count == 0)
        {
            throw new UsageException("The conversation has no message.");
        }

        var all = new Dictionary<string, object?>(StringComparer.Ordinal) { ["tools"] = null, ["documents"] = null };
        foreach ((string name, object? value) in variables ?? new Dictionary<string, object?>())
        {
            all[name] = value;
        }

        all["add_generation_prompt"] = addGenerationPrompt;
        return new Renderer(_options).Render(_body, Convert(all, messages));
    }

    private static Dictionary<string, object?> Convert(IReadOnlyDictionary<string, object?> variables, IReadOnlyList<IReadOnlyDictionary<string, object?>>? messages)
    {
        try
        {
            Dictionary<string, object?> converted = variables.ToDictionary(
                pair => pair.Key,
                pair => Values.From(pair.Value, trusted: pair.Value is string && pair.Key.EndsWith("_token", StringComparison.Ordinal)));
            if (messages is not null)
            {
                converted["messages"] = new ListValue([.. messages.Select(ToValue)]);
            }

            return converted;
        }
        catch (TemplateFailure failure)
        {
            throw new TemplateException(failure.Kind, failure.Message, 0, failure);
        }
    }

    private static Dictionary<string, object?> ToDictionary(ChatMessage message) => new(StringComparer.Ordinal) { ["role"] = message.Role, ["content"] = message.Content };

    // Some templates make a control token of the role ("<|" + role + "|>"), so the roles that everybody knows count as the template's own words.
    private static object? ToValue(IReadOnlyDictionary<string, object?> message)
    {
        Dictionary<string, object?> prepared = Prepare(message);
        var value = (DictValue)Values.From(prepared, trusted: false)!;
        if (prepared.GetValueOrDefault("role") is string role and ("system" or "developer" or "user" or "assistant" or "tool" or "function"))
        {
            value.Set("role", Text.Of(role, trusted: true));
        }

        return value;
    }

    private static Dictionary<string, object?> Prepare(IReadOnlyDictionary<string, object?> message)
    {
        var prepared = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string key, object? value) in message)
        {
            if (value is not null)
            {
                prepared[key] = value;
            }
        }

        string? reasoning = new[] { "reasoning_content", "thinking", "reasoning" }.FirstOrDefault(prepared.ContainsKey);
        if (reasoning is not null)
        {
            prepared.TryAdd("reasoning_content", prepared[reasoning]);
            prepared.TryAdd("thinking", prepared[reasoning]);
        }

        return prepared;
    }

    private static TemplateSegment[] Segments(Text text) => [.. text.Parts().Select(part => new TemplateSegment(part.Value, part.Trusted))];

    private static string Join(IReadOnlyList<TemplateSegment> segments) => string.Concat(segments.Select(segment => segment.Text));
}
