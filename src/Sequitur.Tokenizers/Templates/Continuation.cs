namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// Continuing a conversation's last message: a marker is put after its content, and the rendering is cut where the marker comes out. That
/// holds for any template, however it writes what follows a message.
/// </summary>
internal static class Continuation
{
    private const string Marker = "CONTINUE_FINAL_MESSAGE_TAG ";

    public static Text Render(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, Func<IReadOnlyList<IReadOnlyDictionary<string, object?>>, Text> render)
    {
        if (messages.Count == 0)
        {
            throw new UsageException("The conversation has no message.");
        }

        var last = new Dictionary<string, object?>(messages[^1]);
        last["content"] = Mark(last.GetValueOrDefault("content"));
        Text text = render([.. messages.Take(messages.Count - 1), last]);
        int at = text.Value.LastIndexOf(Marker.Trim(), StringComparison.Ordinal);
        if (at < 0)
        {
            throw new UsageException("The last message cannot be continued: the chat template leaves its content out.");
        }

        // A template that trims content took the marker's space, so the content's own spaces at its end go too.
        Text kept = text.Substring(0, at);
        return string.CompareOrdinal(text.Value, at, Marker, 0, Marker.Length) == 0 ? kept : StringMethods.Strip(kept, null, left: false, right: true);
    }

    private static object Mark(object? content)
    {
        switch (content)
        {
            case string text:
                return text + Marker;
            case IEnumerable<object?> parts:
                object?[] marked = [.. parts];
                for (int i = marked.Length - 1; i >= 0; i--)
                {
                    if (marked[i] is IReadOnlyDictionary<string, object?> part && part.GetValueOrDefault("text") is string text)
                    {
                        marked[i] = new Dictionary<string, object?>(part) { ["text"] = text + Marker };
                        return marked;
                    }
                }

                break;
        }

        throw new UsageException("The last message cannot be continued: it has no text.");
    }
}
