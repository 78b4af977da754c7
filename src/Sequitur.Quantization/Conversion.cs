using Sequitur.Formats.Gguf;
using Sequitur.Kernels.Formats;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization;

/// <summary>What becomes of one tensor.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Type">The format that it is written in.</param>
/// <param name="Bytes">What it takes then.</param>
/// <param name="IsCopied">Whether its bytes are copied as they are.</param>
/// <param name="Unfit">The format that it would have, if its rows were a whole number of that one's blocks; null where they are.</param>
public sealed record ConvertedTensor(SourceTensor Tensor, string Type, long Bytes, bool IsCopied, BlockFormat? Unfit)
{
    /// <summary>Whether another format stands in for the one that it should have.</summary>
    public bool IsFallback => Unfit is not null;

    /// <summary>How many numbers it holds.</summary>
    public long Count => Tensor.Rows * Tensor.Columns;
}

/// <summary>A model that is about to be written as GGUF with its matrices in one format or a mixture (<see cref="TypeRule"/>): first what will become of it, then, by <see cref="Write"/>, the file.</summary>
public sealed class Conversion
{
    private static readonly string[] Rewritten = [GgufNames.FileType, GgufNames.QuantizationVersion];

    private readonly ConversionSource _source;
    private readonly BlockFormat?[] _formats;
    private readonly KeyValuePair<string, GgufValue>[] _metadata;

    /// <summary>Decides what becomes of every tensor.</summary>
    /// <param name="source">The model.</param>
    /// <param name="target">One of <see cref="TargetFormats.All"/>.</param>
    /// <exception cref="UsageException">The rows of no matrix allow the format that was asked for, nor any that stands in for it but F16.</exception>
    public Conversion(ConversionSource source, ConversionTarget target)
    {
        Target = target;
        _source = source;
        var rule = new TypeRule(source, target);
        var choices = source.Tensors.Select(rule.Choose).ToArray();
        _formats = [.. choices.Select(choice => choice.Format)];
        Tensors = [.. source.Tensors.Zip(choices, (tensor, choice) => new ConvertedTensor(
            tensor, choice.Format?.Name ?? tensor.Format, choice.Format is { } chosen ? tensor.Rows * chosen.StoredBytes(tensor.Columns) : tensor.Stored.Bytes, choice.Format is null, choice.Unfit))];
        _metadata = [.. source.Metadata.Where(pair => !Rewritten.Contains(pair.Key)), .. Versions(target)];
        RequireFit();
    }

    /// <summary>What was asked for.</summary>
    public ConversionTarget Target { get; }

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
    /// <exception cref="InvalidModelException">A number is infinite or none, and its format is one of blocks.</exception>
    /// <exception cref="SequiturException">A file of the model was changed meanwhile.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public long Write(string path, int threads, CancellationToken cancellation = default)
    {
        var encoder = new RowEncoder(threads, _source.RequireUnchanged, cancellation);
        var writer = new GgufWriter(_metadata, [.. Tensors.Select((tensor, i) => new GgufTensor(tensor.Tensor.Name, tensor.Type, tensor.Tensor.Shape, stream => WriteTensor(encoder, i, stream)))]);
        writer.WriteFile(path);
        return writer.Bytes;
    }

    private static bool IsBlocked(string format) => BlockFormats.Find(format) is { BlockColumns: > 1 };

    // The version of the layouts of quantized blocks: ggml is at 2.
    private static IEnumerable<KeyValuePair<string, GgufValue>> Versions(ConversionTarget target)
    {
        if (target.FileType is { } number)
        {
            yield return new(GgufNames.FileType, GgufValues.Of(number));
        }

        yield return new(GgufNames.QuantizationVersion, GgufValues.Of(2u));
    }

    // A file whose name tells a format that it holds nowhere would serve nobody.
    private void RequireFit()
    {
        if (Tensors.FirstOrDefault(tensor => tensor.IsFallback) is { } first && !Tensors.Any(tensor => IsBlocked(tensor.Type)))
        {
            throw new UsageException(
                $"the matrices of this model do not allow {Target}: rows of {first.Tensor.Columns} numbers ({first.Tensor.Name}) are no whole number of blocks of {Blocks(first.Unfit!)}; F32, F16 and BF16 take rows of any length");
        }
    }

    private static string Blocks(BlockFormat format) => format.BlockColumns == 32 ? "32" : $"{format.BlockColumns}, nor of 32";

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

        _source.RequireUnchanged();
    }
}
