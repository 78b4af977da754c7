using Sequitur.Formats.Gguf;
using Sequitur.Kernels.Formats;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization;

/// <summary>What becomes of one tensor.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Type">The format that it is written in.</param>
/// <param name="Bytes">What it takes then.</param>
/// <param name="IsCopied">Whether its bytes are copied as they are.</param>
/// <param name="IsFallback">Whether the format is not the one that was asked for, because its rows are no whole number of that one's blocks.</param>
public sealed record ConvertedTensor(SourceTensor Tensor, string Type, long Bytes, bool IsCopied, bool IsFallback)
{
    /// <summary>How many numbers it holds.</summary>
    public long Count => Tensor.Rows * Tensor.Columns;
}

/// <summary>A model that is about to be written as GGUF with its matrices in one format (<see cref="TypeRule"/>): first what will become of it, then, by <see cref="Write"/>, the file.</summary>
public sealed class Conversion
{
    private static readonly string[] Rewritten = [GgufNames.FileType, GgufNames.QuantizationVersion];

    private readonly BlockFormat?[] _formats;
    private readonly KeyValuePair<string, GgufValue>[] _metadata;

    /// <summary>Decides what becomes of every tensor.</summary>
    /// <param name="source">The model.</param>
    /// <param name="format">One of <see cref="TargetFormats.All"/>.</param>
    public Conversion(ConversionSource source, BlockFormat format)
    {
        Format = format;
        var choices = source.Tensors.Select(tensor => TypeRule.Choose(tensor, format)).ToArray();
        _formats = [.. choices.Select(choice => choice.Format)];
        Tensors = [.. source.Tensors.Zip(choices, (tensor, choice) => new ConvertedTensor(
            tensor, choice.Format?.Name ?? tensor.Format, choice.Format is { } chosen ? tensor.Rows * chosen.StoredBytes(tensor.Columns) : tensor.Stored.Bytes, choice.Format is null, choice.IsFallback))];
        _metadata = [.. source.Metadata.Where(pair => !Rewritten.Contains(pair.Key)), .. Versions(format)];
    }

    /// <summary>The format of matrices.</summary>
    public BlockFormat Format { get; }

    /// <summary>The tensors, in order.</summary>
    public IReadOnlyList<ConvertedTensor> Tensors { get; }

    /// <summary>Formats of blocks that are decoded and rounded anew to another format of blocks, which loses more than rounding once; each once.</summary>
    public IEnumerable<string> Requantized => Tensors.Where(tensor => !tensor.IsCopied && IsBlocked(tensor.Type) && IsBlocked(tensor.Tensor.Format)).Select(tensor => tensor.Tensor.Format).Distinct();

    /// <summary>Writes the file, which appears only when it is complete.</summary>
    /// <param name="path">Where; a file of that name is replaced.</param>
    /// <param name="threads">Threads that encode; they never change a byte.</param>
    /// <param name="cancellation">Ends it; nothing is left behind then.</param>
    /// <returns>The file's length in bytes.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnsupportedModelException">A tensor's format cannot be decoded.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public long Write(string path, int threads, CancellationToken cancellation = default)
    {
        var encoder = new RowEncoder(threads, cancellation);
        var writer = new GgufWriter(_metadata, [.. Tensors.Select((tensor, i) => new GgufTensor(tensor.Tensor.Name, tensor.Type, tensor.Tensor.Shape, stream => WriteTensor(encoder, i, stream)))]);
        writer.WriteFile(path);
        return writer.Bytes;
    }

    private static bool IsBlocked(string format) => BlockFormats.Find(format) is { BlockColumns: > 1 };

    // The version of the layouts of quantized blocks: ggml is at 2.
    private static IEnumerable<KeyValuePair<string, GgufValue>> Versions(BlockFormat format)
    {
        if (TargetFormats.FileType(format) is { } number)
        {
            yield return new(GgufNames.FileType, GgufValues.Of(number));
        }

        yield return new(GgufNames.QuantizationVersion, GgufValues.Of(2u));
    }

    private void WriteTensor(RowEncoder encoder, int index, Stream stream)
    {
        var tensor = Tensors[index].Tensor;
        if (_formats[index] is { } format)
        {
            encoder.Write(tensor, format, stream);
        }
        else
        {
            encoder.Copy(tensor.Stored, stream);
        }
    }
}
