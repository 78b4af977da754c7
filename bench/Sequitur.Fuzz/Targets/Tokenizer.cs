using Sequitur.Fuzz.Mutators;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.HuggingFace;

namespace Sequitur.Fuzz.Targets;

/// <summary>A <c>tokenizer.json</c> of byte-level BPE: read, then used on a text with everything in it.</summary>
[FuzzTarget("tokenizer")]
internal sealed class Tokenizer : IFuzzTarget
{
    public static IMutator Mutator => new JsonMutator();

    public static IEnumerable<byte[]> Seeds(string corpus) =>
        Directory.GetFiles(Path.Combine(corpus, "tokenizers", "trainers"), TokenizerJson.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    public static void Read(byte[] input, Scratch scratch)
    {
        var tokenizer = TokenizerJson.Parse(input, TokenizerJson.FileName).Bpe;
        var tokens = new List<TokenSpan>();
        tokenizer.Encode("Hello,  it's 12345 \u00e9\u4e16\U0001F600\n\n<s>\t\u0000 end"u8, SpecialTokens.All, tokens);
        foreach (var token in tokens)
        {
            _ = tokenizer.Vocabulary.BytesOf(token.Id).Length;
        }
    }
}
