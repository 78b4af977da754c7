namespace Sequitur.Kernels.Tests.Platform;

public sealed class SystemFactsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sequitur-").FullName;

    private SystemFacts Facts => new(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Facts_OfAnEmptyFolder_AreUnknown()
    {
        AllOf(Facts).ShouldAllBe(fact => fact == null);
        Facts.Caches.ShouldBeEmpty();
        Facts.BusySince(new(1, 2)).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("-")]
    [InlineData("0-99999999999999999999")]
    [InlineData("9-1")]
    [InlineData("NaN Infinity")]
    [InlineData("max")]
    [InlineData("[")]
    public void Facts_OfNonsense_AreUnknown(string text)
    {
        foreach (var path in new[]
        {
            "proc/loadavg", "proc/stat", "proc/meminfo", "sys/devices/system/cpu/online", "sys/devices/system/node/online", "sys/fs/cgroup/cpu.max", "sys/fs/cgroup/memory.max",
            "sys/kernel/mm/transparent_hugepage/enabled", "sys/devices/system/cpu/cpu0/cache/index0/size", "sys/devices/system/cpu/cpu0/cache/index0/level",
        })
        {
            Write(path, text);
        }

        AllOf(Facts).ShouldAllBe(fact => fact == null);
        Facts.Caches.ShouldBeEmpty();
    }

    [Fact]
    public void Facts_OfAMachine_AreRead()
    {
        Write("proc/loadavg", "1.25 0.60 0.30 2/81 100\n");
        Write("proc/stat", "cpu  10 0 10 60 20 0 0 0 0 0\ncpu0 1 1 1 1\n");
        Write("proc/meminfo", "MemTotal:       100 kB\nMemAvailable:   50 kB\n");
        Write("sys/devices/system/cpu/online", "0-3,8\n");
        Write("sys/devices/system/node/online", "0-1\n");
        Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
        Write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        Write("sys/fs/cgroup/cpu.max", "150000 100000\n");
        Write("sys/fs/cgroup/memory.max", "1000000\n");
        foreach (var (cpu, core) in new[] { (0, 0), (1, 1), (2, 0), (3, 1) })
        {
            Write($"sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", "0\n");
            Write($"sys/devices/system/cpu/cpu{cpu}/topology/core_id", $"{core}\n");
        }

        foreach (var (index, level, type, size) in new[] { (0, 1, "Data", "32K"), (1, 1, "Instruction", "32K"), (2, 2, "Unified", "512K"), (3, 3, "Unified", "32M") })
        {
            var cache = $"sys/devices/system/cpu/cpu0/cache/index{index}";
            Write($"{cache}/level", $"{level}\n");
            Write($"{cache}/type", $"{type}\n");
            Write($"{cache}/size", $"{size}\n");
        }

        Facts.LoadAverage.ShouldBe(1.25);
        Facts.Ticks.ShouldBe(new ProcessorTicks(80, 100));
        Facts.BusySince(new(30, 0)).ShouldBe(0.5);
        Facts.AvailableBytes.ShouldBe(50 * 1024);
        Facts.LogicalProcessors.ShouldBe(5);
        Facts.PhysicalCores.ShouldBe(2);
        Facts.NumaNodes.ShouldBe(2);
        Facts.Governor.ShouldBe("powersave");
        Facts.HugePages.ShouldBe("madvise");
        Facts.ProcessorLimit.ShouldBe(1.5);
        Facts.MemoryLimit.ShouldBe(1_000_000);
        Facts.Caches.ShouldBe([(1, 32L << 10), (2, 512L << 10), (3, 32L << 20)]);
    }

    [Fact]
    public void ProcessorLimit_OfTheFirstControlGroups_IsRead()
    {
        Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
        Facts.ProcessorLimit.ShouldBeNull();

        Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
        Facts.ProcessorLimit.ShouldBe(0.5);
    }

    [Fact]
    public void MemoryLimit_OfGroupsAroundTheProcess_IsTheSmallest()
    {
        Write("proc/self/cgroup", "4:memory:/c\n0::/a/b\n");
        Write("sys/fs/cgroup/a/memory.max", "3000000\n");
        Write("sys/fs/cgroup/a/b/memory.max", "max\n");
        Write("sys/fs/cgroup/other/memory.max", "1000\n");
        Facts.MemoryLimit.ShouldBe(3_000_000);

        Write("sys/fs/cgroup/a/b/memory.max", "2000000\n");
        Facts.MemoryLimit.ShouldBe(2_000_000);

        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        Write("sys/fs/cgroup/memory/c/memory.limit_in_bytes", "1500000\n");
        Facts.MemoryLimit.ShouldBe(1_500_000);
    }

    [Fact]
    public void PeakResidentBytes_Always_IsAtLeastWhatIsResident()
    {
        var platform = Kernels.Platform.Current;
        var now = platform.ResidentBytes();

        platform.PeakResidentBytes().ShouldBeGreaterThanOrEqualTo(now * 9 / 10);
        platform.PeakResidentBytes().ShouldBeLessThan(platform.PhysicalBytes() * 4);
    }

    [Fact]
    public void ProcessorFacts_OfThisMachine_HaveANameAndFitTheTiers()
    {
        ProcessorFacts.Name.ShouldNotBeNullOrWhiteSpace();
        if (Processor.IsSupported(Tier.V512))
        {
            ProcessorFacts.InstructionSets.ShouldContain("avx512f");
        }
    }

    private static object?[] AllOf(SystemFacts facts) =>
    [
        facts.LoadAverage, facts.Ticks, facts.LogicalProcessors, facts.PhysicalCores, facts.NumaNodes, facts.Governor, facts.HugePages, facts.ProcessorLimit, facts.MemoryLimit, facts.AvailableBytes,
    ];

    private void Write(string path, string text)
    {
        var whole = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        File.WriteAllText(whole, text);
    }
}
