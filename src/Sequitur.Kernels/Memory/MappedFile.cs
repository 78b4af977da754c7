using Microsoft.Win32.SafeHandles;

namespace Sequitur.Kernels.Memory;

/// <summary>
/// A whole file mapped for reading: its pages are loaded when they are first touched, and shared with other processes.
/// Writing to its memory ends the process, and so may reading a file that somebody shortens while it is mapped.
/// </summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly FileInfo _info;
    private readonly SafeFileHandle? _handle;
    private readonly DateTime _written;
    private nint _address;
    private int _disposed;

    private MappedFile(string path, FileInfo info, SafeFileHandle? handle, DateTime written, nint address, long bytes)
    {
        Path = path;
        _info = info;
        _handle = handle;
        _written = written;
        _address = address;
        Bytes = bytes;
    }

    /// <summary>Ends the mapping of a file that was never disposed.</summary>
    ~MappedFile()
    {
        try
        {
            Unmap();
        }
        catch (IOException)
        {
            // a finalizer that throws would end the process; the addresses stay reserved instead
        }
    }

    /// <summary>The path that the file was opened by.</summary>
    public string Path { get; }

    /// <summary>Length in bytes, as it was when the file was opened.</summary>
    public long Bytes { get; }

    /// <summary>All of the file.</summary>
    /// <exception cref="ObjectDisposedException">The mapping was disposed.</exception>
    public Region Region
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return new((byte*)_address, Bytes, this);
        }
    }

    /// <summary>Maps a file. An empty file gives an empty region.</summary>
    /// <exception cref="SequiturException">There is no such file, it is a directory, or the system does not let it be read.</exception>
    public static MappedFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                throw new SequiturException(Directory.Exists(path) ? $"this is a directory, not a file: {path}" : $"the file does not exist: {path}");
            }

            // Pipes and devices report no length either, and opening a pipe would wait for its writer.
            if (info.Length == 0)
            {
                return new(path, info, null, info.LastWriteTimeUtc, 0, 0);
            }

            // Other programs may write it, rename it and delete it, as they might if it were mapped only.
            var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            try
            {
                var written = File.GetLastWriteTimeUtc(handle);
                var bytes = RandomAccess.GetLength(handle);
                return new(path, info, handle, written, bytes == 0 ? 0 : Platform.Current.MapFile(handle, bytes), bytes);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new SequiturException($"the file cannot be read: {path}: {problem.Message}", problem);
        }
    }

    /// <summary>
    /// Finds out whether what was read so far may be a mixture of two files: whether the file has another length or time of writing than when it was opened, or is gone. Who reads all of a
    /// file asks while reading, and once more at the end.
    /// </summary>
    /// <exception cref="SequiturException">It has changed.</exception>
    public void RequireUnchanged()
    {
        _info.Refresh();
        if (!_info.Exists || _info.Length != Bytes || _info.LastWriteTimeUtc != _written)
        {
            throw new SequiturException($"the file was {(_info.Exists ? "changed" : "removed")} while it was read: {Path}: try again when nothing writes to it");
        }
    }

    /// <summary>
    /// Finds out whether the file that is mapped still is as it was, whatever its name now leads to: one that was replaced or removed is mapped as before, one that was written to or shortened is
    /// not. It costs two calls of the system and allocates nothing, so who reads a mapping for long can ask each time.
    /// </summary>
    /// <exception cref="SequiturException">It was written to, or has another length.</exception>
    /// <exception cref="ObjectDisposedException">The mapping was disposed.</exception>
    public void RequireIntact()
    {
        if (_handle is { } handle && (RandomAccess.GetLength(handle) != Bytes || File.GetLastWriteTimeUtc(handle) != _written))
        {
            throw new SequiturException($"the file was changed while it was in use: {Path}: load it again; to replace a model that runs, write the new one beside it and rename it");
        }
    }

    /// <summary>Says that a part of the file will be read soon, so that it is loaded meanwhile.</summary>
    /// <exception cref="ArgumentException">It is no part of this file.</exception>
    /// <exception cref="ObjectDisposedException">The mapping was disposed.</exception>
    public void Expect(Region part)
    {
        var (first, end) = Pages(part, before: true);
        Platform.Current.ExpectFile(first, end - first);
    }

    /// <summary>Gives the memory of a part's whole pages back: the part can be read as before, and is loaded again then.</summary>
    /// <exception cref="ArgumentException">It is no part of this file.</exception>
    /// <exception cref="ObjectDisposedException">The mapping was disposed.</exception>
    public void Forget(Region part)
    {
        var (first, end) = Pages(part, before: false);
        if (first < end)
        {
            Platform.Current.ForgetFile(first, end - first);
        }
    }

    /// <summary>Ends the mapping. Regions taken from it must not be used any more.</summary>
    public void Dispose()
    {
        Unmap();
        GC.SuppressFinalize(this);
    }

    // From the page that the part begins in, or the first that is its own alone, to its end, or to the end of the last such page.
    private (nint First, nint End) Pages(Region part, bool before)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (part.Owner != this)
        {
            throw new ArgumentException($"the memory is no part of {Path}", nameof(part));
        }

        var (start, end, page) = ((nint)part.Address, (nint)part.Address + (nint)part.Bytes, (nint)Platform.Current.PageSize);
        return before ? (start / page * page, end) : ((start + page - 1) / page * page, end / page * page);
    }

    private void Unmap()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0 && _address != 0)
        {
            Platform.Current.UnmapFile(_address, Bytes);
            _address = 0;
        }

        _handle?.Dispose();
    }
}
