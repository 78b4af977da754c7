using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sequitur.Kernels;

/// <summary>macOS: mmap, munmap, mprotect, proc_pidinfo and sysctl of libSystem.</summary>
internal sealed unsafe partial class MacOS : IPlatform
{
    private const int ProtectNone = 0;
    private const int ProtectRead = 1;
    private const int ProtectWrite = 2;
    private const int MapShared = 0x0001;
    private const int MapPrivate = 0x0002;
    private const int MapNoReserve = 0x0040;
    private const int MapAnonymous = 0x1000;
    private const int TaskInfo = 4; // PROC_PIDTASKINFO

    private const int StandardOutput = 1;
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 35; // EAGAIN

    public string Name => "macOS";

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
        // struct proc_taskinfo: 6 × uint64 (virtual size, resident size, four times), then 12 × int32
        var info = stackalloc ulong[12];
        var size = 12 * sizeof(ulong);
        return ProcessInfo(Environment.ProcessId, TaskInfo, 0, info, size) == size ? (long)info[1] : throw LastError();
    }

    public long PhysicalBytes()
    {
        long bytes = 0;
        nuint size = sizeof(long);
        return SystemValue("hw.memsize", &bytes, &size, null, 0) == 0 ? bytes : throw LastError();
    }

    public void WriteOutput(ReadOnlySpan<byte> bytes)
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

    [LibraryImport("libSystem", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, byte* bytes, nuint count);

    [LibraryImport("libSystem", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libSystem", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libSystem", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int SetProtection(nint address, nuint length, int protection);

    [LibraryImport("libSystem", EntryPoint = "proc_pidinfo", SetLastError = true)]
    private static partial int ProcessInfo(int process, int flavor, ulong argument, void* buffer, int size);

    [LibraryImport("libSystem", EntryPoint = "sysctlbyname", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SystemValue(string name, void* value, nuint* size, void* newValue, nuint newSize);
}
