using System.Buffers.Binary;
using System.Collections.Frozen;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.SafeTensors;

/// <summary>
/// A safetensors file, mapped into memory: eight bytes that give the length of a JSON head, the head, and the data of the tensors
/// without holes (https://github.com/huggingface/safetensors, "Format"). Everything is checked when it is opened.
/// </summary>
public sealed class SafeTensorsFile : IDisposable
{
    private const int LengthBytes = 8;

    private static readonly FrozenDictionary<string, int> BitsByType = new Dictionary<string, int>
    {
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["F8_E4M3"] = 8, ["F8_E5M2"] = 8, ["F8_E8M0"] = 8, ["F8_E4M3FNUZ"] = 8, ["F8_E5M2FNUZ"] = 8,
        ["F4"] = 4, ["F6_E2M3"] = 6, ["F6_E3M2"] = 6,
        ["U16"] = 16, ["I16"] = 16, ["F16"] = 16, ["BF16"] = 16,
        ["U32"] = 32, ["I32"] = 32, ["F32"] = 32,
        ["U64"] = 64, ["I64"] = 64, ["F64"] = 64, ["C64"] = 64,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly MappedFile _file;
    private readonly Dictionary<string, StoredTensor> _tensors;

    private SafeTensorsFile(MappedFile file)
    {
        _file = file;
        var region = file.Region;
        var start = region.Slice(0, Math.Min(FileKinds.Prefix, region.Bytes)).AsSpan<byte>();
        if (start.Length <= LengthBytes)
        {
            throw Damaged($"not a safetensors file: {(start.Length == 0 ? FileKinds.Describe(start) : "it ends before the head: download it again")}");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length is < 2 or > SafeTensorsHeader.MaxBytes || (long)length > region.Bytes - LengthBytes)
        {
            // a sound length with an object behind it: the file was cut
            throw Damaged(FileKinds.IsSafeTensors(start)
                ? $"the head claims {length} bytes, and {region.Bytes - LengthBytes} follow: the file is truncated: download it again"
                : $"not a safetensors file: {FileKinds.Describe(start)}");
        }

        HeaderBytes = (int)length;
        var (entries, metadata) = SafeTensorsHeader.Read(region.Slice(LengthBytes, HeaderBytes).AsSpan<byte>(), Path);
        Metadata = metadata;
        _tensors = Bind(entries, region.Slice(LengthBytes + HeaderBytes, region.Bytes - LengthBytes - HeaderBytes));
    }

    /// <summary>The path that the file was opened by.</summary>
    public string Path => _file.Path;

    /// <summary>Length of the JSON head in bytes.</summary>
    public int HeaderBytes { get; }

    /// <summary>The strings of <c>__metadata__</c>; most often <c>format</c> alone.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of the head.</summary>
    public IReadOnlyCollection<StoredTensor> Tensors => _tensors.Values;

    /// <summary>Opens a file and checks all of its head.</summary>
    /// <exception cref="SequiturException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidModelException">It is no safetensors file, truncated, damaged or contradicts itself.</exception>
    public static SafeTensorsFile Open(string path)
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

    /// <summary>The tensor of that name, or null.</summary>
    public StoredTensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Finds out whether the file was changed while it was read.</summary>
    /// <exception cref="SequiturException">It was.</exception>
    public void RequireUnchanged() => _file.RequireUnchanged();

    /// <summary>Ends the mapping; the tensors must not be used any more.</summary>
    public void Dispose() => _file.Dispose();

    private Dictionary<string, StoredTensor> Bind(Dictionary<string, SafeTensorsHeader.Entry> entries, Region data)
    {
        var tensors = new Dictionary<string, StoredTensor>(entries.Count, StringComparer.Ordinal);
        foreach (var (name, entry) in entries)
        {
            if (entry.Begin > entry.End || entry.End > data.Bytes)
            {
                throw Damaged($"tensor {Quoting.Quote(name)} has the bytes {entry.Begin} to {entry.End} of the data, and the file holds {data.Bytes}: it is truncated or damaged: download it again");
            }

            if (BytesOf(name, entry) is var needed && needed != entry.End - entry.Begin)
            {
                throw Damaged($"tensor {Quoting.Quote(name)}, {entry.Type} [{string.Join(", ", entry.Shape)}], needs {needed} bytes and has {entry.End - entry.Begin}: the file is damaged");
            }

            tensors.Add(name, new(name, entry.Type, entry.Shape, [new(Plane.DataName, data.Slice(entry.Begin, needed))]));
        }

        RequireContiguous(entries, data.Bytes);
        return tensors;
    }

    /// <summary>The format allows neither shared nor unused bytes.</summary>
    private void RequireContiguous(Dictionary<string, SafeTensorsHeader.Entry> entries, long bytes)
    {
        var end = 0L;
        foreach (var (name, entry) in entries.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (entry.Begin != end)
            {
                throw Damaged($"tensor {Quoting.Quote(name)} starts at byte {entry.Begin} of the data, and the one before it ends at {end}: the file is damaged");
            }

            end = entry.End;
        }

        if (end != bytes)
        {
            throw Damaged($"{bytes - end} bytes behind the last tensor belong to none: the file is damaged");
        }
    }

    private long BytesOf(string name, SafeTensorsHeader.Entry entry)
    {
        if (!BitsByType.TryGetValue(entry.Type, out var bits))
        {
            throw Damaged($"tensor {Quoting.Quote(name)} is of the unknown dtype {Quoting.Quote(entry.Type)}");
        }

        try
        {
            long count = bits;
            foreach (var size in entry.Shape)
            {
                count = checked(count * size);
            }

            return count % 8 == 0 ? count / 8 : throw Damaged($"tensor {Quoting.Quote(name)} ends inside a byte: the file is damaged");
        }
        catch (OverflowException)
        {
            throw Damaged($"tensor {Quoting.Quote(name)} claims a shape [{string.Join(", ", entry.Shape)}] that no memory holds: the file is damaged");
        }
    }

    private InvalidModelException Damaged(string what) => new($"{Path}: {what}");
}
