namespace Sequitur.Tokenizers.HuggingFace;

/// <summary>The <c>post_processor</c>: which tokens go before and behind a single text.</summary>
internal static class PostProcessorReader
{
    /// <summary>Those tokens.</summary>
    /// <exception cref="InvalidModelException">It is malformed, or names a token that the vocabulary has not.</exception>
    /// <exception cref="UnsupportedModelException">It is of a kind that is not supported.</exception>
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(KeyedJson? processor, BpeVocabulary vocabulary)
    {
        if (processor is not { } node)
        {
            return ([], []);
        }

        return node.Get("type").Text() switch
        {
            "ByteLevel" => ([], []), // Only trims reported offsets; ours are those of the bytes.
            "Sequence" => ReadSequence(node, vocabulary),
            "TemplateProcessing" => ReadTemplate(node, vocabulary),
            "RobertaProcessing" or "BertProcessing" => ([Pair(node.Get("cls"), vocabulary)], [Pair(node.Get("sep"), vocabulary)]),
            string other => throw node.Unsupported($"the post-processor {KeyedJson.Quote(other)}"),
        };
    }

    // Each wraps what the one before gave.
    private static (List<int> Prefix, List<int> Suffix) ReadSequence(KeyedJson node, BpeVocabulary vocabulary)
    {
        var prefix = new List<int>();
        var suffix = new List<int>();
        foreach (KeyedJson item in node.Get("processors").Items())
        {
            (IReadOnlyList<int> before, IReadOnlyList<int> behind) = Read(item, vocabulary);
            prefix.InsertRange(0, before);
            suffix.AddRange(behind);
        }

        return (prefix, suffix);
    }

    private static (List<int> Prefix, List<int> Suffix) ReadTemplate(KeyedJson node, BpeVocabulary vocabulary)
    {
        var prefix = new List<int>();
        var suffix = new List<int>();
        bool seen = false;
        KeyedJson single = node.Get("single");
        foreach (KeyedJson piece in single.Items())
        {
            if (piece.Find("Sequence") is { } sequence)
            {
                KeyedJson which = sequence.Get("id");
                seen = which.Text() == "A" && !seen ? true : throw which.Wrong("A, once");
                continue;
            }

            KeyedJson name = piece.Get("SpecialToken").Get("id");
            KeyedJson ids = node.Get("special_tokens").Get(name.Text()).Get("ids");
            (seen ? suffix : prefix).AddRange(ids.Items().Select(id => Known(id, vocabulary)));
        }

        return seen ? (prefix, suffix) : throw single.Wrong("a template with the sequence A");
    }

    // ["</s>", 2]
    private static int Pair(KeyedJson node, BpeVocabulary vocabulary) => node.Items().ToList() is [var name, var id] && name.Text().Length > 0 ? Known(id, vocabulary) : throw node.Wrong("a token and its id");

    private static int Known(KeyedJson id, BpeVocabulary vocabulary) => id.Id() < vocabulary.Count && !vocabulary.IsHole(id.Id()) ? id.Id() : throw id.Wrong("the id of a token of the vocabulary");
}
