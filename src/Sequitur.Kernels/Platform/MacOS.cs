using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Sequitur.Kernels;

/// <summary>macOS: memory figures from proc_pidinfo and sysctl of libSystem.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed unsafe partial class MacOS() : Unix(MapAnonymous | MapNoReserve, TryAgain)
{
    private const int MapNoReserve = 0x0040;
    private const int MapAnonymous = 0x1000;
    private const int TryAgain = 35;
    private const int Free = 5; // MADV_FREE: MADV_DONTNEED frees nothing here
    private const int TaskInfo = 4; // PROC_PIDTASKINFO
    private const int Self = 0; // RUSAGE_SELF

    public override string Name => "macOS";

    public override long ResidentBytes()
    {
        // struct proc_taskinfo: 6 × uint64 (virtual size, resident size, four times), then 12 × int32
        var info = stackalloc ulong[12];
        var size = 12 * sizeof(ulong);
        return ProcessInfo(Environment.ProcessId, TaskInfo, 0, info, size) == size ? (long)info[1] : throw LastError();
    }

    public override void ForgetMemory(nint address, long bytes) => _ = Advise(address, checked((nuint)bytes), Free);

    public override string StateRoot => GivenStateRoot ?? Path.Combine(Home, "Library", "Application Support");

    public override long PeakResidentBytes()
    {
        // struct rusage: two timevals of 16 bytes, then ru_maxrss, in bytes on this system, and 13 longs more
        var usage = stackalloc long[18];
        return ResourceUsage(Self, usage) == 0 ? usage[4] : throw LastError();
    }

    public override long PhysicalBytes()
    {
        long bytes = 0;
        nuint size = sizeof(long);
        return SystemValue("hw.memsize", &bytes, &size, null, 0) == 0 ? bytes : throw LastError();
    }

    [LibraryImport("libSystem", EntryPoint = "proc_pidinfo", SetLastError = true)]
    private static partial int ProcessInfo(int process, int flavor, ulong argument, void* buffer, int size);

    [LibraryImport("libSystem", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int ResourceUsage(int who, long* usage);

    [LibraryImport("libSystem", EntryPoint = "sysctlbyname", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SystemValue(string name, void* value, nuint* size, void* newValue, nuint newSize);
}
