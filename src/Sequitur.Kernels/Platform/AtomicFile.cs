namespace Sequitur.Kernels;

/// <summary>
/// A file that appears whole or not at all. It is written under another name in the same folder, flushed to the disk, and renamed over its destination by <see cref="Commit"/>,
/// after which the name is on the disk too: whenever the process or the machine stops, the destination is the old file or the new one. Disposed without <see cref="Commit"/>, it
/// leaves the destination as it was.
/// </summary>
/// <remarks>A process that is killed leaves its unfinished file behind, hidden, with the ending <c>.unfinished</c>; such files are nobody's and may be deleted.</remarks>
public sealed class AtomicFile : IDisposable
{
    private readonly string _unfinished;
    private readonly IDisposable? _limit;
    private bool _done;

    private AtomicFile(string path, string unfinished, FileStream stream, IDisposable? limit)
    {
        Path = path;
        _unfinished = unfinished;
        _limit = limit;
        Stream = stream;
    }

    /// <summary>The destination, links followed.</summary>
    public string Path { get; }

    /// <summary>Where the contents go. It can seek.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins a file.</summary>
    /// <param name="path">Its destination; a file that is there is replaced at the end.</param>
    /// <param name="bytes">How long it will be, if that is known: a disk that has not as much left is found out now.</param>
    /// <exception cref="IOException">It cannot be written there: there is no such folder, no right, or no room.</exception>
    public static AtomicFile Create(string path, long bytes = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var limit = Platform.Current.RefuseTooLargeFiles();
        try
        {
            var whole = System.IO.Path.GetFullPath(path);
            var link = new FileInfo(whole);
            var target = link.LinkTarget is null ? whole : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            if (Directory.Exists(target))
            {
                throw new IOException("this is a directory");
            }

            if (IsDevice(target))
            {
                throw new IOException("this is a device, and would be replaced by a file");
            }

            var name = $".{System.IO.Path.GetFileName(target)}.{System.IO.Path.GetRandomFileName()}.unfinished";
            var unfinished = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(target)!, name);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 << 16, PreallocationSize = bytes };
            return new(target, unfinished, new FileStream(unfinished, options), limit);
        }
        catch (Exception problem) when (IsOfFile(problem))
        {
            limit?.Dispose();
            throw CannotWrite(path, problem);
        }
    }

    /// <summary>Writes a whole file: what <paramref name="write"/> puts into the stream, or, if that throws, nothing.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var file = Create(path);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Ends the file: what the stream was given is on the disk under the destination's name when this returns.</summary>
    /// <exception cref="IOException">It cannot be written; the destination is as it was, or (where only its folder cannot be flushed) the new file.</exception>
    /// <exception cref="InvalidOperationException">The file has ended already.</exception>
    public void Commit()
    {
        if (_done)
        {
            throw new InvalidOperationException($"the file has ended already: {Path}");
        }

        try
        {
            Stream.Flush(flushToDisk: true);
            Stream.Dispose();
            Platform.Current.Replace(_unfinished, Path);
            _done = true;
            _limit?.Dispose();
        }
        catch (Exception problem) when (IsOfFile(problem))
        {
            throw CannotWrite(Path, problem);
        }
    }

    /// <summary>Without <see cref="Commit"/>, takes back what was written.</summary>
    public void Dispose()
    {
        if (_done)
        {
            return;
        }

        _done = true;
        try
        {
            Stream.Dispose();
        }
        catch (Exception problem) when (IsOfFile(problem))
        {
            // the disk is full, say: the file goes away all the same
        }

        try
        {
            File.Delete(_unfinished);
        }
        catch (Exception problem) when (IsOfFile(problem))
        {
            // the folder is gone; what ended the writing is the error to report
        }

        _limit?.Dispose();
    }

    private static bool IsOfFile(Exception problem) => problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static IOException CannotWrite(string path, Exception problem) => new($"the file cannot be written: {path}: {problem.Message}", problem);

    // The system's folder of devices, but for the part of it that is a disk in memory.
    private static bool IsDevice(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal) && System.IO.Path.Exists(path);
}
