using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sequitur.Kernels;

/// <summary>Windows: file mappings, VirtualAlloc and memory status of kernel32.</summary>
internal sealed unsafe partial class Windows : IPlatform
{
    private const uint PageNoAccess = 0x01;
    private const uint PageReadOnly = 0x02;
    private const uint PageReadWrite = 0x04;
    private const uint FileMapRead = 0x04;
    private const uint MemoryCommit = 0x1000;
    private const uint MemoryReserve = 0x2000;
    private const uint MemoryRelease = 0x8000;

    private const uint MoveReplaceExisting = 0x01;
    private const uint MoveWriteThrough = 0x08;

    private const int StandardOutput = -11;
    private const int BrokenPipe = 109; // ERROR_BROKEN_PIPE
    private const int NoData = 232; // ERROR_NO_DATA

    public string Name => "Windows";

    public int PageSize { get; } = Environment.SystemPageSize;

    public nint MapFile(SafeFileHandle file, long bytes)
    {
        // sizes of zero: the whole file, as it is now
        var mapping = CreateMapping(file, 0, PageReadOnly, 0, 0, 0);
        if (mapping == 0)
        {
            throw LastError();
        }

        try
        {
            var address = MapView(mapping, FileMapRead, 0, 0, checked((nuint)bytes));
            return address != 0 ? address : throw LastError();
        }
        finally
        {
            CloseHandle(mapping); // the view keeps the mapping alive
        }
    }

    public void UnmapFile(nint address, long bytes)
    {
        if (UnmapView(address) == 0)
        {
            throw LastError();
        }
    }

    public void ExpectFile(nint address, long bytes)
    {
        var range = new MemoryRange { Address = address, Bytes = checked((nuint)bytes) };
        _ = PrefetchMemory(CurrentProcess(), 1, &range, 0);
    }

    // Unlocking pages that are not locked fails, and takes them out of the working set.
    public void ForgetFile(nint address, long bytes) => _ = Unlock(address, checked((nuint)bytes));

    public void ForgetMemory(nint address, long bytes) => ForgetFile(address, bytes);

    // Large pages need a right that users seldom have.
    public void PreferLargePages(nint address, long bytes)
    {
    }

    public nint Reserve(long bytes)
    {
        var address = Allocate(0, checked((nuint)bytes), MemoryReserve, PageNoAccess);
        return address != 0 ? address : throw LastError();
    }

    public void Protect(nint address, long bytes, PageAccess access)
    {
        var protection = access switch
        {
            PageAccess.None => PageNoAccess,
            PageAccess.Read => PageReadOnly,
            _ => PageReadWrite,
        };
        uint before;
        // committing pages again is allowed and keeps what they hold
        if (Allocate(address, checked((nuint)bytes), MemoryCommit, protection) == 0 || SetProtection(address, (nuint)bytes, protection, &before) == 0)
        {
            throw LastError();
        }
    }

    public void Release(nint address, long bytes)
    {
        if (Free(address, 0, MemoryRelease) == 0)
        {
            throw LastError();
        }
    }

    public long ResidentBytes() => (long)Counters().WorkingSetSize;

    public IDisposable? RefuseTooLargeFiles() => null;

    public string StateRoot => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);

    // A user's own folder is closed to others already.
    public void CreatePrivateFolder(string path) => Directory.CreateDirectory(path);

    public void MakePrivate(FileStream file)
    {
    }

    public long PeakResidentBytes() => (long)Counters().PeakWorkingSetSize;

    public void WriteOutput(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (uint done = 0, count = 0; done < bytes.Length; done += count)
            {
                if (WriteFile(StandardHandle(StandardOutput), start + done, (uint)bytes.Length - done, &count, 0) == 0)
                {
                    throw Marshal.GetLastPInvokeError() is BrokenPipe or NoData ? new PipeClosedException() : LastError();
                }
            }
        }
    }

    public void Replace(string file, string destination)
    {
        if (MoveFile(file, destination, MoveReplaceExisting | MoveWriteThrough) == 0)
        {
            throw LastError();
        }
    }

    public long PhysicalBytes()
    {
        var status = new MemoryStatus { Size = (uint)sizeof(MemoryStatus) };
        return GetMemoryStatus(&status) != 0 ? (long)status.TotalPhysical : throw LastError();
    }

    private static ProcessMemoryCounters Counters()
    {
        var counters = new ProcessMemoryCounters { Size = (uint)sizeof(ProcessMemoryCounters) };
        return GetProcessMemory(CurrentProcess(), &counters, counters.Size) != 0 ? counters : throw LastError();
    }

    private static IOException LastError() => new(Marshal.GetLastPInvokeErrorMessage());

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial int MoveFile(string file, string destination, uint flags);

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle", SetLastError = true)]
    private static partial nint StandardHandle(int which);

    [LibraryImport("kernel32", EntryPoint = "WriteFile", SetLastError = true)]
    private static partial int WriteFile(nint file, byte* bytes, uint count, uint* written, nint overlapped);

    [LibraryImport("kernel32", EntryPoint = "CreateFileMappingW", SetLastError = true)]
    private static partial nint CreateMapping(SafeFileHandle file, nint attributes, uint protection, uint sizeHigh, uint sizeLow, nint name);

    [LibraryImport("kernel32", EntryPoint = "MapViewOfFile", SetLastError = true)]
    private static partial nint MapView(nint mapping, uint access, uint offsetHigh, uint offsetLow, nuint bytes);

    [LibraryImport("kernel32", EntryPoint = "UnmapViewOfFile", SetLastError = true)]
    private static partial int UnmapView(nint address);

    [LibraryImport("kernel32", EntryPoint = "PrefetchVirtualMemory")]
    private static partial int PrefetchMemory(nint process, nuint count, MemoryRange* ranges, uint flags);

    [LibraryImport("kernel32", EntryPoint = "VirtualUnlock")]
    private static partial int Unlock(nint address, nuint size);

    [LibraryImport("kernel32", EntryPoint = "CloseHandle", SetLastError = true)]
    private static partial int CloseHandle(nint handle);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc", SetLastError = true)]
    private static partial nint Allocate(nint address, nuint size, uint kind, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect", SetLastError = true)]
    private static partial int SetProtection(nint address, nuint size, uint protection, uint* before);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree", SetLastError = true)]
    private static partial int Free(nint address, nuint size, uint kind);

    [LibraryImport("kernel32", EntryPoint = "GetCurrentProcess")]
    private static partial nint CurrentProcess();

    [LibraryImport("kernel32", EntryPoint = "K32GetProcessMemoryInfo", SetLastError = true)]
    private static partial int GetProcessMemory(nint process, ProcessMemoryCounters* counters, uint size);

    [LibraryImport("kernel32", EntryPoint = "GlobalMemoryStatusEx", SetLastError = true)]
    private static partial int GetMemoryStatus(MemoryStatus* status);

    /// <summary>WIN32_MEMORY_RANGE_ENTRY.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryRange
    {
        public nint Address;
        public nuint Bytes;
    }

    /// <summary>PROCESS_MEMORY_COUNTERS.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProcessMemoryCounters
    {
        public uint Size;
        public uint PageFaultCount;
        public nuint PeakWorkingSetSize;
        public nuint WorkingSetSize;
        public nuint QuotaPeakPagedPoolUsage;
        public nuint QuotaPagedPoolUsage;
        public nuint QuotaPeakNonPagedPoolUsage;
        public nuint QuotaNonPagedPoolUsage;
        public nuint PagefileUsage;
        public nuint PeakPagefileUsage;
    }

    /// <summary>MEMORYSTATUSEX.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryStatus
    {
        public uint Size;
        public uint Load;
        public ulong TotalPhysical;
        public ulong AvailablePhysical;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }
}
