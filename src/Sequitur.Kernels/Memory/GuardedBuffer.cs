namespace Sequitur.Kernels.Memory;

/// <summary>
/// Memory for tests of kernels: its last byte is followed by an inaccessible page, and the page it starts in is preceded by
/// one, so that a kernel that reads or writes too far ends the process at the guilty instruction. What lies between the first
/// guard and the buffer is filled with 0xFF (NaN as a float), so that a read before the start spoils the result.
/// </summary>
public sealed unsafe class GuardedBuffer : IDisposable
{
    private readonly long _reserved;
    private readonly long _offset;
    private nint _address;
    private int _disposed;

    /// <summary>Allocates <paramref name="bytes"/> bytes of zeros. The start is aligned as the size is: only whole multiples of 64 bytes start on a cache line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    /// <exception cref="IOException">The system has not that much memory.</exception>
    public GuardedBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var page = Platform.Current.PageSize;
        var usable = checked((bytes + page - 1) / page * page);
        Bytes = bytes;
        _offset = page + usable - bytes;
        _reserved = checked(usable + (2 * page));
        _address = Platform.Current.Reserve(_reserved);
        if (usable > 0)
        {
            Platform.Current.Protect(_address + page, usable, PageAccess.ReadWrite);
            new Span<byte>((byte*)_address + page, (int)(usable - bytes)).Fill(0xFF);
        }
    }

    /// <summary>Gives back the memory of a buffer that was never disposed.</summary>
    ~GuardedBuffer()
    {
        try
        {
            Free();
        }
        catch (IOException)
        {
            // a finalizer that throws would end the process; the addresses stay reserved instead
        }
    }

    /// <summary>Length in bytes, as asked for.</summary>
    public long Bytes { get; }

    /// <summary>All of the memory between the guards.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public Region Region
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return new((byte*)_address + _offset, Bytes, this);
        }
    }

    /// <summary>Gives the memory back. Regions taken from the buffer must not be used any more.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0 && _address != 0)
        {
            Platform.Current.Release(_address, _reserved);
            _address = 0;
        }
    }
}
