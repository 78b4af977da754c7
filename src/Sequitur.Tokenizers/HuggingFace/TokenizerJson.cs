using System.Text.Json;

namespace Sequitur.Tokenizers.HuggingFace;

/// <summary>A tokenizer as <c>tokenizer.json</c> describes it.</summary>
/// <param name="Bpe">Text to ids.</param>
/// <param name="Prefix">The tokens that the file's post-processor puts before a text.</param>
/// <param name="Suffix">The tokens that it puts behind a text.</param>
public sealed record HuggingFaceTokenizer(ByteLevelBpe Bpe, IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix);

/// <summary>
/// Reads <c>tokenizer.json</c>, the format of Hugging Face's tokenizers library, where it describes byte-level BPE. What would change ids or text and is not
/// supported is refused by its name. Its settings for batches, <c>truncation</c> and <c>padding</c>, are not part of a tokenizer here: nothing is ever cut or filled up silently.
/// </summary>
public static class TokenizerJson
{
    /// <summary>The file's name in a model's directory.</summary>
    public const string FileName = "tokenizer.json";

    /// <summary>The largest file that is read: four times the largest that are published.</summary>
    public const int MaxBytes = 1 << 27;

    private const int MaxDepth = 64;

    /// <summary>Reads a file.</summary>
    /// <exception cref="SequiturException">It cannot be read.</exception>
    /// <exception cref="InvalidModelException">It is damaged, or contradicts itself.</exception>
    /// <exception cref="UnsupportedModelException">It uses something that is not supported.</exception>
    public static HuggingFaceTokenizer Load(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            return length <= MaxBytes ? Parse(File.ReadAllBytes(path), path) : throw new InvalidModelException($"{path}: the file has {length} bytes, and {MaxBytes} are allowed");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SequiturException($"{path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="file">What messages call it.</param>
    /// <exception cref="InvalidModelException">It is damaged, or contradicts itself.</exception>
    /// <exception cref="UnsupportedModelException">It uses something that is not supported.</exception>
    public static HuggingFaceTokenizer Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        using JsonDocument document = ParseJson(utf8, file);
        return Read(new KeyedJson(document.RootElement, "", file));
    }

    private static JsonDocument ParseJson(ReadOnlyMemory<byte> utf8, string file)
    {
        try
        {
            return JsonDocument.Parse(utf8.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? utf8[3..] : utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException problem)
        {
            throw new InvalidModelException($"{file}: not sound JSON: {KeyedJson.Quote(problem.Message)}", problem);
        }
    }

    private static HuggingFaceTokenizer Read(KeyedJson root)
    {
        // A kind of tokenizer that is not supported is refused as such, before its parts are.
        KeyedJson model = BpeModelReader.CheckKind(root);
        NormalizerReader.Check(root.Find("normalizer"));
        BpeRules rules = PreTokenizerReader.Read(root);
        DecoderReader.Check(root);
        (BpeVocabulary vocabulary, IReadOnlyList<AddedToken> added) = BpeModelReader.Read(model, root.Find("added_tokens"));
        rules = rules with { AddedTokens = added, IgnoreMerges = model.Flag("ignore_merges", false), UnknownToken = BpeModelReader.Unknown(model, vocabulary), FuseUnknown = model.Flag("fuse_unk", false) };
        (IReadOnlyList<int> prefix, IReadOnlyList<int> suffix) = PostProcessorReader.Read(root.Find("post_processor"), vocabulary);
        return new HuggingFaceTokenizer(new ByteLevelBpe(vocabulary, rules), prefix, suffix);
    }
}
