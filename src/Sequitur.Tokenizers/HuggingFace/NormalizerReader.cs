namespace Sequitur.Tokenizers.HuggingFace;

/// <summary>The <c>normalizer</c>: text is taken as it is, so only what changes nothing is accepted.</summary>
internal static class NormalizerReader
{
    /// <summary>Refuses a normalizer that would change a text.</summary>
    /// <exception cref="UnsupportedModelException">It would.</exception>
    public static void Check(KeyedJson? normalizer)
    {
        if (normalizer is not { } node)
        {
            return;
        }

        string type = node.Get("type").Text();
        if (type != "Sequence")
        {
            throw node.Unsupported($"the normalizer {KeyedJson.Quote(type)}");
        }

        foreach (KeyedJson item in node.Get("normalizers").Items())
        {
            Check(item);
        }
    }
}
