using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Sequitur.Kernels;

/// <summary>What Linux and macOS share: mmap, munmap, madvise, mprotect, write, rename and fsync of the C library, by POSIX; numbers that differ are given.</summary>
/// <param name="anonymousFlags">Flags of memory that no file is behind: MAP_ANONYMOUS and MAP_NORESERVE.</param>
/// <param name="tryAgain">EAGAIN.</param>
[UnsupportedOSPlatform("windows")]
internal abstract unsafe partial class Unix(int anonymousFlags, int tryAgain) : IPlatform
{
    private const int ProtectNone = 0;
    private const int ProtectRead = 1;
    private const int ProtectWrite = 2;
    private const int MapShared = 1;
    private const int MapPrivate = 2;
    private const int WillNeed = 3; // MADV_WILLNEED
    private const int DontNeed = 4; // MADV_DONTNEED
    private const int StandardOutput = 1;
    private const int TooLargeFile = 25; // SIGXFSZ
    private const int Interrupted = 4; // EINTR
    private const int InvalidArgument = 22; // EINVAL
    private const int BrokenPipe = 32; // EPIPE

    public abstract string Name { get; }

    public int PageSize { get; } = Environment.SystemPageSize;

    public nint MapFile(SafeFileHandle file, long bytes)
    {
        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Checked(Map(0, checked((nuint)bytes), ProtectRead, MapShared, (int)file.DangerousGetHandle(), 0));
        }
        finally
        {
            if (added)
            {
                file.DangerousRelease();
            }
        }
    }

    public void UnmapFile(nint address, long bytes) => Release(address, bytes);

    public void ExpectFile(nint address, long bytes) => _ = Advise(address, checked((nuint)bytes), WillNeed);

    public void ForgetFile(nint address, long bytes) => _ = Advise(address, checked((nuint)bytes), DontNeed);

    public virtual void ForgetMemory(nint address, long bytes) => _ = Advise(address, checked((nuint)bytes), DontNeed);

    public virtual void PreferLargePages(nint address, long bytes)
    {
    }

    public nint Reserve(long bytes) =>
        Checked(Map(0, checked((nuint)bytes), ProtectNone, MapPrivate | anonymousFlags, -1, 0));

    public void Protect(nint address, long bytes, PageAccess access)
    {
        var protection = access switch
        {
            PageAccess.None => ProtectNone,
            PageAccess.Read => ProtectRead,
            _ => ProtectRead | ProtectWrite,
        };
        if (SetProtection(address, checked((nuint)bytes), protection) != 0)
        {
            throw LastError();
        }
    }

    public void Release(nint address, long bytes)
    {
        if (Unmap(address, checked((nuint)bytes)) != 0)
        {
            throw LastError();
        }
    }

    public abstract long ResidentBytes();

    public abstract long PeakResidentBytes();

    /// <summary>The XDG base directory specification's place.</summary>
    public virtual string StateRoot => GivenStateRoot ?? Path.Combine(Home, ".local", "state");

    // The specification has relative paths ignored.
    protected static string? GivenStateRoot => Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } given && Path.IsPathRooted(given) ? given : null;

    protected static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    public void CreatePrivateFolder(string path) => Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public void MakePrivate(FileStream file) => File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public abstract long PhysicalBytes();

    public void WriteOutput(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (nint written = 0; written < bytes.Length;)
            {
                var count = Write(StandardOutput, start + written, (nuint)(bytes.Length - written));
                if (count < 0 && Marshal.GetLastPInvokeError() is var problem && problem != Interrupted && problem != tryAgain)
                {
                    throw problem == BrokenPipe ? new PipeClosedException() : LastError();
                }

                written += Math.Max(count, 0);
            }
        }
    }

    public IDisposable? RefuseTooLargeFiles() => PosixSignalRegistration.Create((PosixSignal)TooLargeFile, static context => context.Cancel = true);

    public void Replace(string file, string destination)
    {
        if (File.Exists(destination))
        {
            File.SetUnixFileMode(file, File.GetUnixFileMode(destination));
        }

        if (Rename(file, destination) != 0)
        {
            throw LastError();
        }

        // The name is an entry of the folder, which has to reach the disk itself.
        var folder = Open(Path.GetDirectoryName(destination)!, 0);
        if (folder < 0)
        {
            throw LastError();
        }

        try
        {
            // EINVAL: a file system whose folders cannot be flushed, because it keeps them in order by itself or not at all
            if (FlushToDisk(folder) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw LastError();
            }
        }
        finally
        {
            _ = Close(folder);
        }
    }

    protected static IOException LastError() => new(Marshal.GetLastPInvokeErrorMessage());

    private static nint Checked(nint address) => address == -1 ? throw LastError() : address;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private protected static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int SetProtection(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string file, string destination);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int readOnly);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushToDisk(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
