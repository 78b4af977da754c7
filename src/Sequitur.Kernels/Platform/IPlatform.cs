using Microsoft.Win32.SafeHandles;

namespace Sequitur.Kernels;

/// <summary>What a page of memory may be used for.</summary>
public enum PageAccess
{
    /// <summary>Any access ends the process: a guard.</summary>
    None,

    /// <summary>Reading only.</summary>
    Read,

    /// <summary>Reading and writing.</summary>
    ReadWrite,
}

/// <summary>
/// What differs between operating systems. There is one implementation a system, chosen once by <see cref="Platform"/>;
/// no other code asks which system it runs on. Addresses and sizes are whole pages; a call that the system refuses throws
/// <see cref="IOException"/> with the system's own words.
/// </summary>
public interface IPlatform
{
    /// <summary>The system's name, for reports.</summary>
    string Name { get; }

    /// <summary>Bytes of one page of memory.</summary>
    int PageSize { get; }

    /// <summary>Maps the first <paramref name="bytes"/> bytes (at least one) of an open file for reading; the file may be closed afterwards.</summary>
    nint MapFile(SafeFileHandle file, long bytes);

    /// <summary>Ends a mapping made by <see cref="MapFile"/>.</summary>
    void UnmapFile(nint address, long bytes);

    /// <summary>Says that a part of a mapped file will be read soon: the system may begin to load it. A hint; it never fails.</summary>
    void ExpectFile(nint address, long bytes);

    /// <summary>Gives the physical memory of a part of a mapped file back to the system; what is read there again is loaded again. A hint; it never fails.</summary>
    void ForgetFile(nint address, long bytes);

    /// <summary>Gives the physical memory of addresses that no file is behind back to the system; what is there when they are touched again is undefined. A hint; it never fails.</summary>
    void ForgetMemory(nint address, long bytes);

    /// <summary>Says that memory which no file is behind will all be used: the system may give it in larger pages. A hint; it never fails.</summary>
    void PreferLargePages(nint address, long bytes);

    /// <summary>Reserves addresses that nothing may be read from or written to until <see cref="Protect"/> allows it.</summary>
    nint Reserve(long bytes);

    /// <summary>Changes what a part of reserved memory may be used for; memory that becomes usable for the first time holds zeros.</summary>
    void Protect(nint address, long bytes, PageAccess access);

    /// <summary>Gives reserved memory back.</summary>
    void Release(nint address, long bytes);

    /// <summary>Bytes of physical memory that this process holds now (its resident set; mapped files count where they were touched).</summary>
    long ResidentBytes();

    /// <summary>The most bytes of physical memory that this process ever held.</summary>
    long PeakResidentBytes();

    /// <summary>Bytes of physical memory of the machine.</summary>
    long PhysicalBytes();

    /// <summary>Writes all bytes to standard output.</summary>
    /// <exception cref="PipeClosedException">The reader of the pipe has gone.</exception>
    /// <exception cref="IOException">They cannot be written for another reason (a full disk).</exception>
    void WriteOutput(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Renames a file over another in the same folder (that there need not be), in one step, and returns when the change is on the disk. The contents must have been flushed before.
    /// The new file has the rights of the one it replaces.
    /// </summary>
    void Replace(string file, string destination);

    /// <summary>
    /// From now until the result is disposed, writing a file beyond the size that this process may give files is an error of the write; by itself the system ends the process instead.
    /// Null where no such limit ends one.
    /// </summary>
    IDisposable? RefuseTooLargeFiles();

    /// <summary>The folder in which programs keep what they remember for their user.</summary>
    string StateRoot { get; }

    /// <summary>Creates a folder, and those above it, that only its owner can read. One that is there stays as it is.</summary>
    void CreatePrivateFolder(string path);

    /// <summary>Lets only its owner read an open file.</summary>
    void MakePrivate(FileStream file);
}
