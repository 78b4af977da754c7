using Sequitur.Formats;
using Sequitur.Formats.Gguf;
using Sequitur.Tensors.Weights;

namespace Sequitur.Quantization.Sources;

/// <summary>What is to be written as GGUF: metadata and tensors, and the files behind them, which stay mapped until it is disposed.</summary>
/// <param name="Metadata">Keys and values, in order.</param>
/// <param name="Tensors">The tensors, in order.</param>
/// <param name="Notes">What a user should know about it: a line each.</param>
/// <param name="Files">What is kept open.</param>
public sealed record ConversionSource(
    IReadOnlyList<KeyValuePair<string, GgufValue>> Metadata,
    IReadOnlyList<SourceTensor> Tensors,
    IReadOnlyList<string> Notes,
    IReadOnlyList<IDisposable> Files) : IDisposable
{
    private const string VocabularyPrefix = "tokenizer.";
    private const string TokensKey = "tokenizer.ggml.tokens";

    /// <summary>Whether there is a vocabulary.</summary>
    public bool HasVocabulary => Metadata.Any(pair => pair.Key == TokensKey);

    private long? EmbeddingRows => Tensors.FirstOrDefault(tensor => tensor.Name == GgufNames.TokenEmbedding)?.Rows;

    /// <summary>Opens a GGUF model (in one file or split), or a directory with <c>config.json</c> and safetensors.</summary>
    /// <exception cref="SequiturException">There is no model, or it is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It uses something that cannot be written as GGUF here; the message names it.</exception>
    public static ConversionSource Open(string path)
    {
        var location = ModelLocator.Locate(path);
        return location.Kind switch
        {
            ModelKind.Gguf => OpenGguf(location.Path),
            ModelKind.HuggingFace => HuggingFaceCheckpoint.Open(location.Path),
            _ => throw new SequiturException($"{location.Path} holds weights only: name the directory that has its {Formats.HuggingFace.HuggingFaceConfig.FileName}"),
        };
    }

    /// <summary>The same with the vocabulary (all keys <c>tokenizer.*</c>) of another GGUF file in place of its own.</summary>
    /// <exception cref="UsageException">That file has no vocabulary, or one of another size than the model's embedding table.</exception>
    public ConversionSource WithVocabularyOf(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            var count = CountTokens(file) ?? throw new UsageException($"{path} has no vocabulary");
            if (EmbeddingRows != count)
            {
                throw new UsageException($"the vocabulary of {path} has {count} tokens, and the model's embedding table {EmbeddingRows} rows");
            }

            var vocabulary = file.Metadata.Where(pair => IsVocabulary(pair.Key));
            return this with { Metadata = [.. Metadata.Where(pair => !IsVocabulary(pair.Key)), .. vocabulary], Files = [.. Files, file] };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether the vocabulary of a GGUF file has as many tokens as the model's embedding table has rows.</summary>
    public bool FitsVocabularyOf(string path)
    {
        using var file = GgufFile.Open(path);
        return CountTokens(file) is { } count && count == EmbeddingRows;
    }

    /// <summary>Finds out whether a file was changed since it was opened, so that what was written may be a mixture of two.</summary>
    /// <exception cref="SequiturException">It was; the message names it.</exception>
    public void RequireUnchanged()
    {
        foreach (var file in Files)
        {
            (file as WeightSource)?.RequireUnchanged();
            (file as GgufFile)?.RequireUnchanged();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in Files)
        {
            file.Dispose();
        }
    }

    private static int? CountTokens(GgufFile file) => file.Metadata.TryGetValue(TokensKey, out var tokens) ? tokens.Count : null;

    private static bool IsVocabulary(string key) => key.StartsWith(VocabularyPrefix, StringComparison.Ordinal);

    private static ConversionSource OpenGguf(string path)
    {
        var source = GgufWeightSource.Open(path);
        try
        {
            var metadata = source.File.Metadata.Where(pair => !pair.Key.StartsWith("split.", StringComparison.Ordinal));
            return new([.. metadata], [.. source.Names.Select(name => new StoredSourceTensor(source.Find(name)!))], [], [source]);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
