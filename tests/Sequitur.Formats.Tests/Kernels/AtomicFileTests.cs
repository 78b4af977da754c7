using System.Text;
using Sequitur.Kernels;

namespace Sequitur.Formats.Tests.Kernels;

public class AtomicFileTests
{
    [Fact]
    public void Commit_OfANewFile_WritesIt()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "file.bin");

        AtomicFile.Write(path, stream => stream.Write("whole"u8));

        File.ReadAllText(path).ShouldBe("whole");
        Names(directory).ShouldBe(["file.bin"]);
    }

    [Fact]
    public void Destination_UntilCommit_IsTheOldFile()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("file", "the old one, which is longer"u8);
        using (var file = AtomicFile.Create(path, bytes: 3))
        {
            file.Stream.Write("abc"u8);
            file.Stream.Seek(1, SeekOrigin.Begin);
            file.Stream.Write("-"u8);
            file.Stream.Flush(flushToDisk: true);
            File.ReadAllText(path).ShouldBe("the old one, which is longer");

            file.Commit();
            File.ReadAllText(path).ShouldBe("a-c");
            Should.Throw<InvalidOperationException>(file.Commit);
        }

        File.ReadAllText(path).ShouldBe("a-c");
        Names(directory).ShouldBe(["file"]);
    }

    [Fact]
    public void Writing_ThatFails_LeavesEverythingAsItWas()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("file", "old"u8);

        Should.Throw<InvalidModelException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new InvalidModelException("the source is damaged");
        }));
        Should.Throw<InvalidModelException>(() => AtomicFile.Write(Path.Combine(directory.Path, "new"), _ => throw new InvalidModelException("the source is damaged")));

        File.ReadAllText(path).ShouldBe("old");
        Names(directory).ShouldBe(["file"]);
    }

    [Fact]
    public void Create_WhereNothingCanBeWritten_NamesTheFile()
    {
        using var directory = new TemporaryDirectory();
        var nowhere = Path.Combine(directory.Path, "none", "file");

        Should.Throw<IOException>(() => AtomicFile.Create(nowhere)).Message.ShouldStartWith($"the file cannot be written: {nowhere}: ");
        Should.Throw<IOException>(() => AtomicFile.Create(directory.Path)).Message.ShouldEndWith("this is a directory");
        Should.Throw<IOException>(() => AtomicFile.Create("a\0b"));
        Names(directory).ShouldBeEmpty();
    }

    [Fact]
    public void Create_OfMoreThanTheDiskHas_IsRefusedAtOnce()
    {
        using var directory = new TemporaryDirectory();

        Should.Throw<IOException>(() => AtomicFile.Create(Path.Combine(directory.Path, "file"), 1L << 62));
        Names(directory).ShouldBeEmpty();
    }

    [Fact]
    public void Commit_ThroughALink_ReplacesWhatItPointsAt()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(directory.Path, "inner"));
        var target = directory.Write(Path.Combine("inner", "file"), "old"u8);
        var link = Path.Combine(directory.Path, "link");
        try
        {
            File.CreateSymbolicLink(link, target);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Assert.Skip("the system does not let links be made");
        }

        AtomicFile.Write(link, stream => stream.Write("new"u8));

        File.ResolveLinkTarget(link, returnFinalTarget: false)!.FullName.ShouldBe(target);
        File.ReadAllText(target, Encoding.UTF8).ShouldBe("new");
    }

    [Fact]
    public void Commit_OverAFile_KeepsItsRights()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("rights are another matter on Windows");
            return;
        }

        const UnixFileMode Rights = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var directory = new TemporaryDirectory();
        var path = directory.Write("file", "old"u8);
        File.SetUnixFileMode(path, Rights);

        AtomicFile.Write(path, stream => stream.Write("new"u8));

        File.GetUnixFileMode(path).ShouldBe(Rights);
    }

    private static IEnumerable<string?> Names(TemporaryDirectory directory) => Directory.EnumerateFileSystemEntries(directory.Path).Select(Path.GetFileName);
}
