using System.Runtime.InteropServices;

namespace Sequitur.Kernels.Memory;

/// <summary>Native memory, aligned to cache lines, freed when disposed or collected.</summary>
public sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>Alignment in bytes: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    // Streaming through pages of 4 KiB waits for the address cache as much as for memory: weights in pages of 2 MiB were decoded 12 to 20 % faster (Zen 3, 2026-11-26).
    private const int LargePage = 2 << 20;
    private const int LeastForLargePages = 2 * LargePage;

    // The collector is told of native memory so that buffers nobody disposes of are freed in time. It answers with a collection, so it hears of what is large beside the machine's memory only:
    // loading a small model would otherwise stop for four of them.
    private static readonly long Unnoticed = Platform.Current.PhysicalBytes() / 8;

    private static long _live;

    [ThreadStatic]
    private static long _allocated;

    private readonly long _pressure;
    private void* _address;

    // What the system gave for a buffer of zeros, whose address is rounded up; otherwise null.
    private void* _block;

    /// <summary>Allocates memory.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="zeroed">Whether it is filled with zeros. Otherwise its content is undefined, and the system gives pages only as they are touched.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    /// <exception cref="OutOfMemoryException">The system has not that much memory.</exception>
    public NativeBuffer(long bytes, bool zeroed = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        var rounded = checked((nuint)((bytes + Alignment - 1) / Alignment * Alignment));
        if (zeroed)
        {
            // Fresh pages are zero by themselves: they are not touched before they are used, by the thread that uses them.
            var large = bytes >= LeastForLargePages;
            var alignment = (nuint)(large ? LargePage : Alignment);
            _block = NativeMemory.AllocZeroed(checked(rounded + alignment));
            _address = (void*)(((nuint)_block + alignment - 1) / alignment * alignment);
            if (large)
            {
                Platform.Current.PreferLargePages((nint)_address, bytes);
            }
        }
        else
        {
            _address = NativeMemory.AlignedAlloc(Math.Max(rounded, Alignment), Alignment);
        }

        _pressure = Interlocked.Add(ref _live, bytes) > Unnoticed ? bytes : 0;
        if (_pressure > 0)
        {
            GC.AddMemoryPressure(_pressure);
        }

        _allocated += bytes;
    }

    /// <summary>
    /// Bytes of all buffers that the calling thread ever allocated, those freed since included: with <see cref="GC.GetAllocatedBytesForCurrentThread"/>, what a
    /// piece of work took.
    /// </summary>
    public static long AllocatedBytesForCurrentThread => _allocated;

    /// <summary>Frees the memory of a buffer that was never disposed.</summary>
    ~NativeBuffer() => Free();

    /// <summary>Length in bytes, as asked for.</summary>
    public long Bytes { get; }

    /// <summary>All of the memory.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public Region Region
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address is null, this);
            return new((byte*)_address, Bytes, this);
        }
    }

    /// <summary>Gives the physical memory behind the buffer's whole pages back to the system, until they are touched again. What is in the buffer is undefined from then on.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public void Forget()
    {
        ObjectDisposedException.ThrowIf(_address is null, this);
        var page = (nint)Platform.Current.PageSize;
        var (first, end) = (((nint)_address + page - 1) / page * page, ((nint)_address + (nint)Bytes) / page * page);
        if (first < end)
        {
            Platform.Current.ForgetMemory(first, end - first);
        }
    }

    /// <summary>Frees the memory. Regions taken from the buffer must not be used any more.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_address is not null)
        {
            if (_block is not null)
            {
                NativeMemory.Free(_block);
            }
            else
            {
                NativeMemory.AlignedFree(_address);
            }

            _address = null;
            _block = null;
            Interlocked.Add(ref _live, -Bytes);
            if (_pressure > 0)
            {
                GC.RemoveMemoryPressure(_pressure);
            }
        }
    }
}
