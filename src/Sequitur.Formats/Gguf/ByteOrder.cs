using System.Buffers.Binary;
using Sequitur.Kernels.Memory;

namespace Sequitur.Formats.Gguf;

/// <summary>Turns the blocks of a big-endian tensor into those that a little-endian file holds, and back.</summary>
internal static class ByteOrder
{
    // Spans have 32-bit lengths, and what was just copied is still in the processor's cache.
    private const int ChunkBytes = 1 << 18;

    /// <summary>Whether blocks of that type look different in files of the other order.</summary>
    public static bool Matters(GgmlType type) => type.Fields.Any(field => field.Width > 1);

    /// <summary>Copies blocks with the bytes of each number reversed.</summary>
    /// <param name="source">A whole number of blocks.</param>
    /// <param name="target">As many bytes.</param>
    /// <param name="type">What the blocks are.</param>
    public static void Reverse(Region source, Region target, GgmlType type)
    {
        var most = ChunkBytes / type.BlockBytes * type.BlockBytes;
        for (var at = 0L; at < source.Bytes; at += most)
        {
            var bytes = Math.Min(most, source.Bytes - at);
            ReverseChunk(source.Slice(at, bytes), target.Slice(at, bytes), type);
        }
    }

    private static void ReverseChunk(Region source, Region target, GgmlType type)
    {
        switch (type.Fields)
        {
            case [{ Width: 2, Count: 1 }]:
                BinaryPrimitives.ReverseEndianness(source.AsSpan<ushort>(), target.AsSpan<ushort>());
                break;
            case [{ Width: 4, Count: 1 }]:
                BinaryPrimitives.ReverseEndianness(source.AsSpan<uint>(), target.AsSpan<uint>());
                break;
            case [{ Width: 8, Count: 1 }]:
                BinaryPrimitives.ReverseEndianness(source.AsSpan<ulong>(), target.AsSpan<ulong>());
                break;
            default:
                var blocks = target.AsSpan<byte>();
                source.AsSpan<byte>().CopyTo(blocks);
                for (; blocks.Length > 0; blocks = blocks[type.BlockBytes..])
                {
                    ReverseFields(blocks, type.Fields);
                }

                break;
        }
    }

    private static void ReverseFields(Span<byte> block, IReadOnlyList<BlockField> fields)
    {
        for (var f = 0; f < fields.Count; f++)
        {
            var (width, count) = fields[f];
            for (var i = 0; width > 1 && i < count; i++)
            {
                block.Slice(i * width, width).Reverse();
            }

            block = block[(width * count)..];
        }
    }
}
