using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Memory;

/// <summary>
/// A range of native or mapped memory with a 64-bit length, and the object that keeps it alive. Safe code slices it and takes
/// checked spans; only kernels read its address.
/// </summary>
public readonly unsafe struct Region
{
    internal Region(byte* address, long bytes, object owner)
    {
        Address = address;
        Bytes = bytes;
        Owner = owner;
    }

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    /// <summary>The buffer or mapping that this is a part of; holding it keeps the memory from being collected.</summary>
    public object? Owner { get; }

    /// <summary>Whether there is no memory at all.</summary>
    public bool IsEmpty => Bytes == 0;

    internal byte* Address { get; }

    /// <summary>The part from <paramref name="offset"/>, <paramref name="bytes"/> long.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside this region.</exception>
    public Region Slice(long offset, long bytes)
    {
        if (offset < 0 || bytes < 0 || offset > Bytes - bytes)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"bytes {offset} to {offset}+{bytes} lie outside a region of {Bytes} bytes");
        }

        return new(Address + offset, bytes, Owner!);
    }

    /// <summary>The region as a span of numbers.</summary>
    /// <exception cref="InvalidOperationException">It holds more than a span can.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        var count = Bytes / Unsafe.SizeOf<T>();
        return count <= int.MaxValue ? new(Address, (int)count) : throw new InvalidOperationException($"{Bytes} bytes do not fit one span; slice the region");
    }
}
