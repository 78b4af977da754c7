using System.Text;
using Sequitur.Formats.Gguf;
using Sequitur.Tokenizers;

namespace Sequitur.Engine.Loading;

/// <summary>Vocabulary, template and special tokens out of GGUF metadata.</summary>
internal static class GgufText
{
    private static readonly (string Name, string Key)[] s_specials =
        [("bos_token", "tokenizer.ggml.bos_token_id"), ("eos_token", "tokenizer.ggml.eos_token_id"), ("unk_token", "tokenizer.ggml.unknown_token_id"), ("pad_token", "tokenizer.ggml.padding_token_id")];

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidModelException">The vocabulary or the template is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The tokenizer is not supported.</exception>
    public static TextParts Read(GgufMetadata metadata)
    {
        var (tokenizer, addsBegin) = ReadTokenizer(metadata);
        var begins = metadata.TryGetBool("tokenizer.ggml.add_bos_token", out var adds) ? adds : addsBegin;
        return new TextParts
        {
            Origin = metadata.Path,
            Tokenizer = tokenizer,
            Template = metadata.TryGetString("tokenizer.chat_template", out var source) ? TextParts.ParseTemplate(source, $"tokenizer.chat_template in {metadata.Path}") : null,
            SpecialTokens = s_specials.Select(special => (special.Name, Id: Token(metadata, special.Key, tokenizer))).Where(special => special.Id is not null)
                .ToDictionary(special => special.Name, special => (object?)Encoding.UTF8.GetString(tokenizer.Vocabulary.BytesOf(special.Id!.Value))),
            BeginToken = begins ? Token(metadata, "tokenizer.ggml.bos_token_id", tokenizer) : null,
            StopIds = EndTokens.OfGguf(metadata, tokenizer.Vocabulary.Count),
        };
    }

    private static (ByteLevelBpe Tokenizer, bool AddsBegin) ReadTokenizer(GgufMetadata metadata)
    {
        var kind = metadata.GetString("tokenizer.ggml.model");
        if (kind != "gpt2")
        {
            throw new UnsupportedModelException($"{metadata.Path}: tokenizer '{kind}' is not supported yet (gpt2, byte-level BPE, is)");
        }

        var types = metadata.ContainsKey("tokenizer.ggml.token_type") ? metadata.GetInt32Array("tokenizer.ggml.token_type") : null;
        var (tokens, merges) = (new Strings(metadata.GetStrings("tokenizer.ggml.tokens")), new Strings(metadata.GetStrings("tokenizer.ggml.merges")));
        var pre = metadata.TryGetString("tokenizer.ggml.pre", out var named) ? named : "gpt-2";
        try
        {
            var cuts = PreTokenizers.Find(pre);
            var rules = new BpeRules { PreTokenizers = [cuts.Create()], IgnoreMerges = cuts.Key.IgnoresMerges };
            return (new ByteLevelBpe(new BpeVocabulary(tokens, types, merges), rules), cuts.Key.AddsBegin);
        }
        catch (InvalidModelException problem)
        {
            throw new InvalidModelException($"{metadata.Path}: {problem.Message}", problem);
        }
        catch (UnsupportedModelException problem)
        {
            throw new UnsupportedModelException($"{metadata.Path}: {problem.Message}");
        }
    }

    private static int? Token(GgufMetadata metadata, string key, ByteLevelBpe tokenizer) =>
        metadata.TryGetInt32(key, out var id) ? TextParts.Known(id, $"{key} in {metadata.Path}", tokenizer) : null;

    private sealed class Strings(GgufStrings strings) : ITokenStrings
    {
        public int Count => strings.Count;

        public ReadOnlySpan<byte> Utf8(int index) => strings.Bytes(index);
    }
}
