using System.Globalization;
using Sequitur.Kernels;
using Sequitur.Kernels.Memory;

namespace Sequitur.Formats.Tests.Kernels;

public class PlatformTests
{
    private const string Maps = "/proc/self/maps";
    private const string Usage = "/proc/self/smaps";

    [Fact]
    public void MappedFile_OfAFile_HoldsItsBytes()
    {
        using var directory = new TemporaryDirectory();
        var bytes = new byte[100_001];
        new Random(1).NextBytes(bytes);
        var path = directory.Write("file", bytes);
        using var file = MappedFile.Open(path);

        file.Bytes.ShouldBe(bytes.Length);
        file.Region.AsSpan<byte>().SequenceEqual(bytes).ShouldBeTrue();
        file.Dispose();
        Should.Throw<ObjectDisposedException>(() => file.Region.Bytes);
        file.Dispose();
    }

    [Fact]
    public void MappedFile_OfAnEmptyFile_IsEmpty()
    {
        using var directory = new TemporaryDirectory();
        using var file = MappedFile.Open(directory.Write("empty", []));

        file.Region.IsEmpty.ShouldBeTrue();
        file.Region.AsSpan<byte>().Length.ShouldBe(0);
    }

    [Fact]
    public void MappedFile_OfNothing_SaysSo()
    {
        using var directory = new TemporaryDirectory();

        Should.Throw<SequiturException>(() => MappedFile.Open(Path.Combine(directory.Path, "none"))).Message.ShouldStartWith("the file does not exist: ");
        Should.Throw<SequiturException>(() => MappedFile.Open(directory.Path)).Message.ShouldStartWith("this is a directory");
        Should.Throw<SequiturException>(() => MappedFile.Open(""));
        Should.Throw<SequiturException>(() => MappedFile.Open("a\0b"));
    }

    [Fact]
    public void RequireIntact_AskedAgainAndAgain_AllocatesNothing()
    {
        using var directory = new TemporaryDirectory();
        using var file = MappedFile.Open(directory.Write("file", [1, 2, 3]));
        file.RequireIntact();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            file.RequireIntact();
        }

        GC.GetAllocatedBytesForCurrentThread().ShouldBe(before);
    }

    [Fact]
    public void MappedFile_OnlyItsRegionIsHeld_IsNotCollected()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("file", Enumerable.Repeat((byte)3, 10_000).ToArray());
        var region = Map(path);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        region.AsSpan<byte>().IndexOfAnyExcept((byte)3).ShouldBe(-1);
        region.Owner.ShouldBeOfType<MappedFile>();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static Region Map(string path) => MappedFile.Open(path).Region;
    }

    [Fact]
    public void MappedFile_APartIsForgotten_GivesItsMemoryBackAndKeepsItsBytes()
    {
        if (!File.Exists(Usage))
        {
            Assert.Skip("the system does not say how much of a mapping is in memory");
        }

        using var directory = new TemporaryDirectory();
        var bytes = new byte[8 << 20];
        new Random(2).NextBytes(bytes);
        var path = directory.Write("file", bytes);
        using var file = MappedFile.Open(path);
        file.Expect(file.Region.Slice(4097, 1));
        file.Region.AsSpan<byte>().SequenceEqual(bytes).ShouldBeTrue();
        var page = Platform.Current.PageSize;
        Resident(path).ShouldBeGreaterThan(bytes.Length / 2);

        // The system may take the first page too, where pages are mapped many at a time.
        file.Forget(file.Region.Slice(1, bytes.Length - 1));
        Resident(path).ShouldBeLessThanOrEqualTo(page);
        file.Region.AsSpan<byte>()[0].ShouldBe(bytes[0]);
        file.Forget(file.Region.Slice(0, page - 1));
        file.Forget(file.Region.Slice(0, 0));
        Resident(path).ShouldBeGreaterThan(0);
        file.Region.AsSpan<byte>().SequenceEqual(bytes).ShouldBeTrue();
        using var other = new NativeBuffer(page);
        Should.Throw<ArgumentException>(() => file.Forget(other.Region));
    }

    [Fact]
    public void Memory_Figures_FollowWhatIsTouched()
    {
        const int Size = 64 << 20;
        var before = Platform.Current.ResidentBytes();
        using var buffer = new GuardedBuffer(Size);
        buffer.Region.AsSpan<byte>().Fill(1);

        (Platform.Current.ResidentBytes() - before).ShouldBeGreaterThan(Size / 2);
        Platform.Current.PhysicalBytes().ShouldBeGreaterThan(Platform.Current.ResidentBytes());
        Platform.Current.PageSize.ShouldBeGreaterThanOrEqualTo(4096);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void GuardedBuffer_OfAnySize_HoldsZerosAndIsWritable(int bytes)
    {
        using var buffer = new GuardedBuffer(bytes);
        var span = buffer.Region.AsSpan<byte>();

        span.Length.ShouldBe(bytes);
        span.IndexOfAnyExcept((byte)0).ShouldBe(-1);
        span.Fill(7);
    }

    [Fact]
    public void GuardedBuffer_InTheMapOfTheProcess_LiesBetweenInaccessiblePages()
    {
        if (!File.Exists(Maps))
        {
            Assert.Skip("the system has no map of a process to read");
        }

        // a size that nothing else has, so that the map shows it
        var pages = 1237;
        using var buffer = new GuardedBuffer(((long)pages * Platform.Current.PageSize) - 5);
        var maps = File.ReadAllLines(Maps).Select(Mapping.Parse).ToList();
        var found = maps.FindIndex(map => map.Rights == "rw-p" && map.End - map.Start == (long)pages * Platform.Current.PageSize);

        found.ShouldBeGreaterThan(0);
        maps[found - 1].ShouldSatisfyAllConditions(
            map => map.Rights.ShouldBe("---p"),
            map => map.End.ShouldBe(maps[found].Start));
        maps[found + 1].ShouldSatisfyAllConditions(
            map => map.Rights.ShouldBe("---p"),
            map => map.Start.ShouldBe(maps[found].End));
    }

    [Fact]
    public void NativeBuffer_Forgotten_IsEmptyAndCanBeUsedAgain()
    {
        var buffer = new NativeBuffer((8 << 20) + 100);
        buffer.Region.AsSpan<byte>().Fill(7);
        buffer.Forget();
        if (OperatingSystem.IsLinux())
        {
            buffer.Region.AsSpan<byte>()[Platform.Current.PageSize..(8 << 20)].IndexOfAnyExcept((byte)0).ShouldBe(-1);
        }

        buffer.Region.AsSpan<byte>().Fill(9);
        buffer.Region.AsSpan<byte>().IndexOfAnyExcept((byte)9).ShouldBe(-1);
        buffer.Dispose();
        Should.Throw<ObjectDisposedException>(buffer.Forget);
        new NativeBuffer(10).Forget();
    }

    // "start-end rights offset device inode   path", then lines of what it takes: "Rss:   8192 kB"
    private static long Resident(string path)
    {
        var line = File.ReadAllLines(Usage).SkipWhile(line => !line.EndsWith(path, StringComparison.Ordinal)).First(line => line.StartsWith("Rss:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private sealed record Mapping(long Start, long End, string Rights)
    {
        public static Mapping Parse(string line)
        {
            var fields = line.Split(' ', 3);
            var addresses = fields[0].Split('-');
            return new(Number(addresses[0]), Number(addresses[1]), fields[1]);
        }

        // the last pages of the address space exceed a signed number, and are of no interest
        private static long Number(string hex) => (long)ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
