namespace Sequitur.Tokenizers.HuggingFace;

/// <summary>The <c>decoder</c>: tokens become text by <see cref="ByteAlphabet"/>, which is what <c>ByteLevel</c> says.</summary>
internal static class DecoderReader
{
    /// <summary>Refuses a decoder that is not <c>ByteLevel</c>.</summary>
    /// <exception cref="UnsupportedModelException">It is not.</exception>
    public static void Check(KeyedJson root)
    {
        // Without a decoder the reference shows the vocabulary's strings, spaces between them: no text comes out, so none is meant.
        if (root.Find("decoder") is { } decoder && !IsByteLevel(decoder))
        {
            throw decoder.Unsupported($"the decoder {KeyedJson.Quote(decoder.Get("type").Text())}");
        }
    }

    // A sequence of ByteLevel and of steps that leave its result alone.
    private static bool IsByteLevel(KeyedJson decoder) => decoder.Get("type").Text() switch
    {
        "ByteLevel" => true,
        "Sequence" => decoder.Get("decoders").Items().ToList() is { Count: > 0 } steps && steps.Count(IsByteLevel) == 1 && steps.All(step => IsByteLevel(step) || step.Get("type").Text() == "Fuse"),
        _ => false,
    };
}
