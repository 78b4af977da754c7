using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sequitur.Kernels;

/// <summary>Linux: mmap, munmap, mprotect of the C library, and /proc.</summary>
internal sealed partial class Linux : IPlatform
{
    private const int ProtectNone = 0;
    private const int ProtectRead = 1;
    private const int ProtectWrite = 2;
    private const int MapShared = 0x01;
    private const int MapPrivate = 0x02;
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;
    private const int PhysicalPages = 85; // _SC_PHYS_PAGES

    private const int StandardOutput = 1;
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN

    public string Name => "Linux";

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

    public nint Reserve(long bytes) =>
        Checked(Map(0, checked((nuint)bytes), ProtectNone, MapPrivate | MapAnonymous | MapNoReserve, -1, 0));

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

    public long ResidentBytes()
    {
        // "size resident shared text lib data dt", in pages
        var fields = File.ReadAllText("/proc/self/statm").Split(' ');
        return long.Parse(fields[1], CultureInfo.InvariantCulture) * PageSize;
    }

    public long PhysicalBytes() => (long)SystemValue(PhysicalPages) * PageSize;

    public unsafe void WriteOutput(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (nint written = 0; written < bytes.Length;)
            {
                var count = Write(StandardOutput, start + written, (nuint)(bytes.Length - written));
                if (count < 0 && Marshal.GetLastPInvokeError() is not (Interrupted or TryAgain))
                {
                    throw LastError();
                }

                written += Math.Max(count, 0);
            }
        }
    }

    private static nint Checked(nint address) => address == -1 ? throw LastError() : address;

    private static IOException LastError() => new(Marshal.GetLastPInvokeErrorMessage());

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(int file, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int SetProtection(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "sysconf", SetLastError = true)]
    private static partial nint SystemValue(int name);
}
