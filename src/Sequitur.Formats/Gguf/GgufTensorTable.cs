using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Gguf;

/// <summary>The table of tensors of a GGUF file: read, then checked against the data that follows it.</summary>
internal sealed class GgufTensorTable(string path, int count)
{
    private const int MaxDimensions = 4;
    private const int MaxNameBytes = 64;

    private readonly List<Entry> _entries = new(Math.Min(count, 4096));

    public void Read(ref GgufReader reader)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var name = reader.Name("a tensor's name", MaxNameBytes);
            var shown = $"tensor {Quoting.Quote(name)}";
            if (!names.Add(name))
            {
                throw reader.Damaged($"{shown} stands there twice");
            }

            _entries.Add(ReadEntry(ref reader, name, shown));
        }
    }

    /// <summary>Gives every tensor its bytes, after all offsets were found to lie in the file and apart from one another.</summary>
    public StoredTensor[] Bind(Region file, long dataOffset, int alignment)
    {
        var available = Math.Max(0, file.Bytes - dataOffset);
        foreach (var entry in _entries)
        {
            if (entry.Offset % (ulong)alignment != 0)
            {
                throw Damaged(entry, $"starts at byte {entry.Offset} of the data, which is no multiple of {alignment}: the file is damaged");
            }

            if (entry.Offset > long.MaxValue || (long)entry.Offset > available - entry.Bytes)
            {
                throw Damaged(entry, $"needs {entry.Bytes} bytes from byte {entry.Offset} of the data, and the file holds {available}: the file is truncated: download it again");
            }
        }

        Entry? before = null;
        var inOrder = _entries.ToArray();
        Array.Sort(inOrder, (one, other) => one.Offset.CompareTo(other.Offset));
        foreach (var entry in inOrder)
        {
            if (before is not null && (long)entry.Offset < (long)before.Offset + before.Bytes)
            {
                throw Damaged(entry, $"shares bytes with tensor {Quoting.Quote(before.Name)}: the file is damaged");
            }

            before = entry;
        }

        return [.. _entries.Select(entry => new StoredTensor(
            entry.Name, entry.Type.Name, entry.Shape, [new(Plane.DataName, file.Slice(dataOffset + (long)entry.Offset, entry.Bytes))]))];
    }

    private static Entry ReadEntry(ref GgufReader reader, string name, string shown)
    {
        var dimensions = reader.UInt32(shown);
        if (dimensions > MaxDimensions)
        {
            throw reader.Damaged($"{shown} has {dimensions} dimensions, and {MaxDimensions} are allowed");
        }

        // the file has the fastest-varying dimension first
        var shape = new long[dimensions];
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            var size = reader.UInt64(shown);
            shape[i] = size is > 0 and <= long.MaxValue ? (long)size : throw reader.Damaged($"{shown} has a dimension of {size}");
        }

        var id = reader.UInt32(shown);
        var type = GgmlType.Find(id) ?? throw reader.Damaged($"{shown} is of the unknown type {id}: the file is damaged or newer than this program");
        var columns = shape.Length > 0 ? shape[^1] : 1;
        if (columns % type.BlockSize != 0)
        {
            throw reader.Damaged($"{shown} of type {type.Name} has rows of {columns} numbers, no multiple of {type.BlockSize}");
        }

        try
        {
            var bytes = checked(columns / type.BlockSize * type.BlockBytes);
            for (var i = 0; i < shape.Length - 1; i++)
            {
                bytes = checked(bytes * shape[i]);
            }

            return new(name, type, shape, bytes, reader.UInt64(shown));
        }
        catch (OverflowException)
        {
            throw reader.Damaged($"{shown} claims a shape [{string.Join(", ", shape)}] that no memory holds: the file is damaged");
        }
    }

    private InvalidModelException Damaged(Entry entry, string what) => new($"{path}: tensor {Quoting.Quote(entry.Name)} {what}");

    private sealed record Entry(string Name, GgmlType Type, long[] Shape, long Bytes, ulong Offset);
}
