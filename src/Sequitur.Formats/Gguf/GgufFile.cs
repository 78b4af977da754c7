using System.Buffers.Binary;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Gguf;

/// <summary>
/// A GGUF file of version 2 or 3, mapped into memory: metadata and a table of tensors whose bytes stay in the file
/// (ggml's <c>docs/gguf.md</c>). Everything the head says is checked against the length of the file when it is opened.
/// </summary>
public sealed class GgufFile : IDisposable
{
    internal const string AlignmentKey = "general.alignment";
    internal const int MaxPairs = 1 << 16;
    internal const int MaxTensors = 1 << 17;
    internal const int MaxKeyBytes = ushort.MaxValue;
    private const int DefaultAlignment = 32;

    private readonly MappedFile _file;

    private GgufFile(MappedFile file)
    {
        _file = file;
        var region = file.Region;
        var start = region.Slice(0, Math.Min(FileKinds.Prefix, region.Bytes)).AsSpan<byte>();
        var reader = new GgufReader(region, Path);
        if (!FileKinds.IsGguf(start))
        {
            throw reader.Damaged($"not a GGUF file: {FileKinds.Describe(start)}");
        }

        reader.IsBigEndian = FileKinds.IsReversedGguf(reader.Take(4, "the head"));
        Version = ReadVersion(ref reader);
        IsBigEndian = reader.IsBigEndian;
        // "at least": a tensor's entry without dimensions, a pair of a one-letter key and a byte
        var tensors = Count(ref reader, "tensors", 25, MaxTensors);
        var pairs = Count(ref reader, "metadata pairs", 14, MaxPairs);
        Metadata = ReadMetadata(ref reader, pairs);
        Alignment = ReadAlignment(ref reader);
        var entries = new GgufTensorTable(Path, tensors);
        entries.Read(ref reader);
        DataOffset = ((long)reader.Position + Alignment - 1) / Alignment * Alignment;
        Tensors = entries.Bind(region, DataOffset, Alignment);
    }

    /// <summary>The path that the file was opened by.</summary>
    public string Path => _file.Path;

    /// <summary>2 or 3.</summary>
    public int Version { get; }

    /// <summary>
    /// Whether the numbers of the file, those of its tensors included, have their highest byte first. Nothing in the head says so but the numbers themselves:
    /// the version reads as 2 or 3 in one order only. Newer writers reverse the magic as well ("FUGG").
    /// </summary>
    public bool IsBigEndian { get; }

    /// <summary>Tensors start at multiples of so many bytes.</summary>
    public int Alignment { get; }

    /// <summary>Where the data of the tensors starts in the file.</summary>
    public long DataOffset { get; }

    /// <summary>Length of the file in bytes.</summary>
    public long Bytes => _file.Bytes;

    /// <summary>What the file says about its model.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors, in the order of the file, with their bytes as they are stored there; <see cref="GgufWeightSource"/> undoes the byte order.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>Gives back the memory that metadata and table of tensors take: they are read, and loaded again where somebody asks once more.</summary>
    public void ForgetHead() => _file.Forget(_file.Region.Slice(0, Math.Min(DataOffset, Bytes)));

    /// <summary>Opens a file and checks all of its head.</summary>
    /// <exception cref="SequiturException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidModelException">It is no GGUF file, truncated, damaged or contradicts itself.</exception>
    /// <exception cref="UnsupportedModelException">Its version is not 2 or 3.</exception>
    public static GgufFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds out whether the file was changed while it was read.</summary>
    /// <exception cref="SequiturException">It was.</exception>
    public void RequireUnchanged() => _file.RequireUnchanged();

    /// <summary>Ends the mapping; tensors and metadata must not be used any more.</summary>
    public void Dispose() => _file.Dispose();

    private static int ReadVersion(ref GgufReader reader)
    {
        var version = reader.UInt32("the version");
        // a version read the wrong way round is huge
        if (BinaryPrimitives.ReverseEndianness(version) is (2 or 3) and var reversed)
        {
            if (reader.IsBigEndian)
            {
                throw reader.Damaged("the magic is that of a big-endian file, and the version is little-endian: the file is damaged");
            }

            reader.IsBigEndian = true;
            version = reversed;
        }

        return version is 2 or 3
            ? (int)version
            : throw new UnsupportedModelException($"{reader.Path}: GGUF version {version} is not supported (2 and 3 are): convert the model again");
    }

    private static int Count(ref GgufReader reader, string what, int bytesEach, int most)
    {
        var count = reader.UInt64($"the number of {what}");
        return count > (ulong)most || count > (ulong)(reader.Left / bytesEach)
            ? throw reader.Damaged($"the head claims {count} {what}, too many for {reader.Left} bytes that follow (or over {most}): the file is truncated or damaged: download it again")
            : (int)count;
    }

    private GgufMetadata ReadMetadata(ref GgufReader reader, int pairs)
    {
        var metadata = new GgufMetadata(Path);
        for (var i = 0; i < pairs; i++)
        {
            var key = reader.Name("a metadata key", MaxKeyBytes);
            if (!metadata.Add(key, reader.Value(Quoting.Quote(key))))
            {
                throw reader.Damaged($"the metadata key {Quoting.Quote(key)} stands there twice");
            }
        }

        return metadata;
    }

    private int ReadAlignment(ref GgufReader reader)
    {
        if (!Metadata.TryGetValue(AlignmentKey, out var value))
        {
            return DefaultAlignment;
        }

        return ParseAlignment(value) ?? throw reader.Damaged($"{AlignmentKey} must be a UInt32 that is a power of two from 8 on, and is a {value.Type}: {value}");
    }

    // The specification asks for this very type.
    internal static int? ParseAlignment(GgufValue value) =>
        value.Type == GgufValueType.UInt32 && value.TryGetInteger(out var alignment) && alignment >= 8 && alignment <= 1 << 30 && Int128.IsPow2(alignment) ? (int)alignment : null;
}
