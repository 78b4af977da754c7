using System.Text;
using Sequitur.Kernels;

namespace Sequitur.Formats.Gguf;

/// <summary>
/// Writes a GGUF file of version 3, little-endian (ggml's <c>docs/gguf.md</c>): metadata and tensors in the order given, every tensor at a multiple of the alignment, the last one
/// padded too. Everything is checked when the writer is made; tensors then bring their bytes one after another, so that a model need not fit into memory.
/// </summary>
public sealed class GgufWriter
{
    private const int Version = 3;
    private const int MaxDimensions = 4;

    // ggml keeps names in 64 bytes, the last of them 0.
    private const int MaxNameBytes = 63;
    private const int DefaultAlignment = 32;

    private readonly IReadOnlyList<GgufTensor> _tensors;
    private readonly long[] _sizes;
    private readonly byte[] _head;
    private readonly int _alignment;

    /// <summary>Checks what is to be written.</summary>
    /// <param name="metadata">Keys and values; <c>general.alignment</c>, if it is there, is obeyed.</param>
    /// <param name="tensors">The tensors.</param>
    /// <exception cref="InvalidModelException">A key or a name stands there twice, is empty, too long or no text; a shape or type is none that GGUF has; there are too many.</exception>
    public GgufWriter(IReadOnlyCollection<KeyValuePair<string, GgufValue>> metadata, IReadOnlyList<GgufTensor> tensors)
    {
        _tensors = tensors;
        _alignment = AlignmentOf(metadata);
        _sizes = [.. tensors.Select(Size)];
        RequireDistinct(metadata.Select(pair => pair.Key), "the metadata key");
        RequireDistinct(tensors.Select(tensor => tensor.Name), "tensor");
        if (metadata.Count > GgufFile.MaxPairs || tensors.Count > GgufFile.MaxTensors)
        {
            throw new InvalidModelException($"{metadata.Count} metadata pairs and {tensors.Count} tensors are more than a GGUF file may have ({GgufFile.MaxPairs} and {GgufFile.MaxTensors})");
        }

        _head = Head(metadata);
        Bytes = checked(_head.Length + _sizes.Sum(Padded));
    }

    /// <summary>Length of the file in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Writes a file, which appears under its name only when it is complete; a file of that name is replaced.</summary>
    /// <exception cref="IOException">It cannot be written there: no such folder, no right, no room.</exception>
    public void WriteFile(string path)
    {
        using var file = AtomicFile.Create(path, Bytes);
        try
        {
            Write(file.Stream);
        }
        catch (Exception problem) when (problem is IOException or ArgumentOutOfRangeException { ParamName: "value" }) // so the runtime calls EFBIG: a limit on the size of files
        {
            throw new IOException($"the file cannot be written: {path}: {problem.Message}", problem);
        }

        file.Commit();
    }

    /// <summary>Writes to a stream that knows its position.</summary>
    /// <exception cref="InvalidOperationException">A tensor brought more or fewer bytes than its type and shape take.</exception>
    public void Write(Stream stream)
    {
        stream.Write(_head);
        for (var i = 0; i < _sizes.Length; i++)
        {
            var start = stream.Position;
            _tensors[i].Write(stream);
            if (stream.Position - start != _sizes[i])
            {
                throw new InvalidOperationException($"tensor {_tensors[i].Name} wrote {stream.Position - start} bytes, and takes {_sizes[i]}");
            }

            stream.Write(new byte[Padded(_sizes[i]) - _sizes[i]]);
        }
    }

    private static int AlignmentOf(IReadOnlyCollection<KeyValuePair<string, GgufValue>> metadata)
    {
        var alignment = metadata.FirstOrDefault(pair => pair.Key == GgufFile.AlignmentKey).Value;
        return alignment is null ? DefaultAlignment
            : GgufFile.ParseAlignment(alignment) ?? throw new InvalidModelException($"{GgufFile.AlignmentKey} must be a UInt32 that is a power of two from 8 on, and is a {alignment.Type}: {alignment}");
    }

    private static void RequireDistinct(IEnumerable<string> names, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !seen.Add(name)) is { } twice)
        {
            throw new InvalidModelException($"{what} {Quoting.Quote(twice)} is given twice");
        }
    }

    private static byte[] NameBytes(string name, string what, int longest)
    {
        try
        {
            var bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(name);
            return bytes.Length > 0 && bytes.Length <= longest
                ? bytes
                : throw new InvalidModelException($"{what} {Quoting.Quote(name)} has {bytes.Length} bytes, and must have 1 to {longest}");
        }
        catch (EncoderFallbackException problem)
        {
            throw new InvalidModelException($"{what} {Quoting.Quote(name)} is no valid text", problem);
        }
    }

    private static long Size(GgufTensor tensor)
    {
        var type = GgmlType.NumberOf(tensor.Type) is >= 0 and var number ? GgmlType.Find((uint)number)! : throw Refused(tensor, $"GGUF has no type {tensor.Type}");
        if (tensor.Shape.Count > MaxDimensions || tensor.Shape.Any(size => size <= 0))
        {
            throw Refused(tensor, $"at most {MaxDimensions} sizes from 1 on are allowed");
        }

        var columns = tensor.Shape.Count > 0 ? tensor.Shape[^1] : 1;
        if (columns % type.BlockSize != 0)
        {
            throw Refused(tensor, $"rows of {columns} numbers are no whole number of {type.Name} blocks of {type.BlockSize}");
        }

        try
        {
            return tensor.Shape.SkipLast(1).Aggregate(checked(columns / type.BlockSize * type.BlockBytes), (bytes, size) => checked(bytes * size));
        }
        catch (OverflowException)
        {
            throw Refused(tensor, "no memory holds so much");
        }
    }

    private static InvalidModelException Refused(GgufTensor tensor, string why) =>
        new($"tensor {Quoting.Quote(tensor.Name)} {tensor.Type} [{string.Join(", ", tensor.Shape)}] cannot be written as GGUF: {why}");

    private long Padded(long bytes) => checked(bytes + _alignment - 1) / _alignment * _alignment;

    private byte[] Head(IReadOnlyCollection<KeyValuePair<string, GgufValue>> metadata)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("GGUF"u8);
        writer.Write((uint)Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            WriteString(writer, NameBytes(key, "the metadata key", GgufFile.MaxKeyBytes));
            GgufValueWriter.Write(writer, key, value);
        }

        var offset = 0L;
        for (var i = 0; i < _sizes.Length; i++)
        {
            var tensor = _tensors[i];
            WriteString(writer, NameBytes(tensor.Name, "the name of tensor", MaxNameBytes));
            writer.Write((uint)tensor.Shape.Count);
            foreach (var size in tensor.Shape.Reverse())
            {
                writer.Write((ulong)size);
            }

            writer.Write((uint)GgmlType.NumberOf(tensor.Type));
            writer.Write((ulong)offset);
            offset = checked(offset + Padded(_sizes[i]));
        }

        writer.Write(new byte[Padded(bytes.Length) - bytes.Length]);
        return bytes.ToArray();
    }

    private static void WriteString(BinaryWriter writer, byte[] bytes)
    {
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
