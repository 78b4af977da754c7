using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Sequitur.Kernels;

/// <summary>Linux: memory figures from /proc and sysconf.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class Linux() : Unix(MapAnonymous | MapNoReserve, TryAgain)
{
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;
    private const int TryAgain = 11;
    private const int HugePages = 14; // MADV_HUGEPAGE
    private const int PhysicalPages = 85; // _SC_PHYS_PAGES

    public override string Name => "Linux";

    public override long ResidentBytes()
    {
        // "size resident shared text lib data dt", in pages
        var fields = File.ReadAllText("/proc/self/statm").Split(' ');
        return long.Parse(fields[1], CultureInfo.InvariantCulture) * PageSize;
    }

    public override long PeakResidentBytes()
    {
        // "VmHWM:     1234 kB"
        const string Peak = "VmHWM:";
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith(Peak, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(Peak.Length).Trim("kB \t"), CultureInfo.InvariantCulture) * 1024;
            }
        }

        return ResidentBytes(); // kernels that are built without the count
    }

    public override long PhysicalBytes() => (long)SystemValue(PhysicalPages) * PageSize;

    public override void PreferLargePages(nint address, long bytes)
    {
        var (first, end) = ((address + PageSize - 1) / PageSize * PageSize, (address + (nint)bytes) / PageSize * PageSize);
        if (first < end)
        {
            _ = Advise(first, (nuint)(end - first), HugePages);
        }
    }

    [LibraryImport("libc", EntryPoint = "sysconf", SetLastError = true)]
    private static partial nint SystemValue(int name);
}
