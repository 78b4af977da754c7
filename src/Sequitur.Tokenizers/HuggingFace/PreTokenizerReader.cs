namespace Sequitur.Tokenizers.HuggingFace;

/// <summary>The <c>pre_tokenizer</c>: a chain of cuts that ends with <c>ByteLevel</c>. A regular expression stands for the pre-tokenizer that is registered for it.</summary>
internal static class PreTokenizerReader
{
    /// <summary>The cuts, and where a space is put before a text.</summary>
    /// <exception cref="InvalidModelException">It is malformed.</exception>
    /// <exception cref="UnsupportedModelException">It does something that is not supported, or the tokenizer is not byte-level.</exception>
    public static BpeRules Read(KeyedJson root)
    {
        const string NotByteLevel = "pre_tokenizer has no ByteLevel: a tokenizer that is not byte-level";
        if (root.Find("pre_tokenizer") is not { } node)
        {
            throw root.Unsupported(NotByteLevel);
        }

        var cuts = new List<IPreTokenizer>();
        List<KeyedJson> steps = [.. Flatten(node)];
        int byteLevel = steps.FindIndex(step => step.Get("type").Text() == "ByteLevel");
        for (int i = 0; i < steps.Count; i++)
        {
            if (byteLevel >= 0 && i > byteLevel)
            {
                throw steps[i].Unsupported("a step behind ByteLevel");
            }

            if (i != byteLevel)
            {
                cuts.Add(Cut(steps[i]));
            }
        }

        if (byteLevel < 0)
        {
            throw root.Unsupported(NotByteLevel);
        }

        int? prefixAt = steps[byteLevel].Flag("add_prefix_space", true) ? cuts.Count : null;
        if (steps[byteLevel].Flag("use_regex", true))
        {
            cuts.Add(new Gpt2PreTokenizer());
        }

        return new BpeRules { PreTokenizers = cuts, PrefixSpaceAt = prefixAt };
    }

    private static IEnumerable<KeyedJson> Flatten(KeyedJson node) =>
        node.Get("type").Text() == "Sequence" ? node.Get("pretokenizers").Items().SelectMany(Flatten) : [node];

    private static IPreTokenizer Cut(KeyedJson step) => step.Get("type").Text() switch
    {
        "Digits" => step.Flag("individual_digits", false) ? new DigitsPreTokenizer() : new DigitRunsPreTokenizer(),
        "Split" => Split(step),
        string other => throw step.Unsupported($"the pre-tokenizer {KeyedJson.Quote(other)}"),
    };

    private static IPreTokenizer Split(KeyedJson step)
    {
        KeyedJson pattern = step.Get("pattern");
        if (pattern.Find("Regex") is not { } regex)
        {
            throw pattern.Unsupported("a Split at a fixed string");
        }

        if (PreTokenizers.FindPattern(regex.Text()) is not { } found)
        {
            throw regex.Unsupported($"the pattern {KeyedJson.Quote(regex.Text())}");
        }

        string behavior = step.Get("behavior").Text();
        bool inverted = step.Flag("invert", false);
        bool keepsAll = behavior == "Isolated" || (behavior == "Removed" && inverted && found.Key.MatchesAll);
        return keepsAll ? found.Create() : throw step.Unsupported($"a Split with behavior {KeyedJson.Quote(behavior)}{(inverted ? ", inverted," : "")} for this pattern");
    }
}
