using System.Globalization;

namespace Sequitur.Kernels;

/// <summary>Two moments' counts of the processors' time.</summary>
/// <param name="Idle">Ticks that all processors were idle.</param>
/// <param name="All">Ticks of all processors.</param>
public readonly record struct ProcessorTicks(double Idle, double All);

/// <summary>
/// What a system says in files of its machine and of its limits (Linux: proc(5), sysfs, cgroups 1 and 2). Where a file is missing, or says something else than expected, the answer is null: other
/// systems have none of them.
/// </summary>
/// <param name="root">Where the system's files begin; another folder than <c>/</c> for tests.</param>
public sealed class SystemFacts(string root = "/")
{
    private const string Processors = "sys/devices/system/cpu";

    /// <summary>Load average of the last minute: threads that ran or wanted to.</summary>
    public double? LoadAverage => Number(FirstWord(Text("proc/loadavg")));

    /// <summary>Processor time so far: "cpu user nice system idle iowait irq softirq steal …", in ticks.</summary>
    public ProcessorTicks? Ticks
    {
        get
        {
            var numbers = Line("proc/stat", "cpu ")?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(8).Select(Number).ToArray();
            return numbers is { Length: >= 5 } && numbers.All(number => number is not null) ? new(numbers[3]!.Value + numbers[4]!.Value, numbers.Sum()!.Value) : null;
        }
    }

    /// <summary>Logical processors that are switched on, whoever may use them.</summary>
    public int? LogicalProcessors => Count(Text($"{Processors}/online"));

    /// <summary>Physical cores; two logical processors of one core share what it computes with.</summary>
    public int? PhysicalCores
    {
        get
        {
            var cores = Folders(Processors, "cpu").Select(cpu => (Package: Text($"{cpu}/topology/physical_package_id"), Core: Text($"{cpu}/topology/core_id")))
                .Where(core => core.Core is not null).Distinct().Count();
            return cores > 0 ? cores : null;
        }
    }

    /// <summary>Bytes of the caches for data that the first processor reads through, nearest first.</summary>
    public IReadOnlyList<(int Level, long Bytes)> Caches =>
        [.. Folders($"{Processors}/cpu0/cache", "index")
            .Select(cache => (Type: Text($"{cache}/type"), Level: Number(Text($"{cache}/level")), Bytes: Size(Text($"{cache}/size"))))
            .Where(cache => cache is { Type: "Data" or "Unified", Level: not null, Bytes: not null })
            .Select(cache => ((int)cache.Level!.Value, cache.Bytes!.Value)).OrderBy(cache => cache.Item1)];

    /// <summary>Nodes of memory; from another node than a processor's own it is slower.</summary>
    public int? NumaNodes => Count(Text("sys/devices/system/node/online"));

    /// <summary>The rule by which the system chooses the first processor's frequency.</summary>
    public string? Governor => Text($"{Processors}/cpu0/cpufreq/scaling_governor");

    /// <summary>When the system takes huge pages: the word in brackets of <c>always [madvise] never</c>.</summary>
    public string? HugePages => Text("sys/kernel/mm/transparent_hugepage/enabled") is { } text && text.IndexOf('[') is >= 0 and var open && text.IndexOf(']', open) is > 0 and var close
        ? text[(open + 1)..close]
        : null;

    /// <summary>Processors that the control group of this process may use, a fraction possible; null where nobody limits it.</summary>
    public double? ProcessorLimit
    {
        get
        {
            // 2: "max 100000" or "150000 100000"; 1: two files, −1 for no limit
            var both = Text("sys/fs/cgroup/cpu.max")?.Split(' ');
            var quota = Number(both is [var first, ..] ? first : Text("sys/fs/cgroup/cpu/cpu.cfs_quota_us"));
            var period = Number(both is [_, var second, ..] ? second : Text("sys/fs/cgroup/cpu/cpu.cfs_period_us"));
            return quota > 0 && period > 0 ? quota / period : null;
        }
    }

    /// <summary>Bytes of memory that the control group of this process may use, or one around it, whichever has less; null where nobody limits it.</summary>
    public long? MemoryLimit
    {
        get
        {
            var files = Groups("", "").Select(group => $"sys/fs/cgroup{group}/memory.max")
                .Concat(Groups("memory", "/memory").Select(group => $"sys/fs/cgroup{group}/memory.limit_in_bytes"));
            var least = double.PositiveInfinity;
            foreach (var file in files)
            {
                least = Number(Text(file)) is > 0 and < 1e18 and var bytes ? Math.Min(least, bytes) : least;
            }

            return double.IsFinite(least) ? (long)least : null;
        }
    }

    /// <summary>Bytes of memory that a program could have now without others being moved out.</summary>
    public long? AvailableBytes => Number(FirstWord(Line("proc/meminfo", "MemAvailable:"))) is >= 0 and var kilobytes ? (long)kilobytes * 1024 : null;

    /// <summary>The share of the processors that was busy during a while; null where the system does not tell.</summary>
    /// <param name="before">The while's beginning; its end is now.</param>
    public double? BusySince(ProcessorTicks? before) =>
        before is { } start && Ticks is { } end ? end.All > start.All ? Math.Clamp(1 - ((end.Idle - start.Idle) / (end.All - start.All)), 0, 1) : 0 : null;

    private static string? FirstWord(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    // "32768K", "8M"
    private static long? Size(string? text) => text is not { Length: > 1 } ? null
        : Number(text[..^1]) is > 0 and < 1e9 and var number ? text[^1] switch { 'K' => (long)number << 10, 'M' => (long)number << 20, 'G' => (long)number << 30, _ => null }
        : null;

    // "0-3,8-11"
    private static int? Count(string? list)
    {
        var count = 0.0;
        foreach (var range in list?.Split(',') ?? [])
        {
            var ends = range.Split('-').Select(Number).ToArray();
            count += ends is [{ } only] ? 1 : ends is [{ } from, { } to] && to >= from ? to - from + 1 : double.NaN;
        }

        return count is > 0 and < 1e6 ? (int)count : null;
    }

    // "4:memory:/a/b" (cgroups 1) or "0::/a/b" (cgroups 2): the group that this process is in for a controller and all around it, from the outermost, which a container sees as its own.
    private IEnumerable<string> Groups(string controller, string folder)
    {
        var group = Text("proc/self/cgroup")?.Split('\n').Select(line => line.Split(':', 3)).FirstOrDefault(parts => parts.Length == 3 && parts[1].Split(',').Contains(controller))?[2] ?? "/";
        var whole = folder;
        yield return whole;
        foreach (var name in group.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return whole += $"/{name}";
        }
    }

    private IEnumerable<string> Folders(string parent, string prefix)
    {
        var whole = Path.Combine(root, parent);
        try
        {
            return [.. Directory.EnumerateDirectories(whole, prefix + "*").Select(folder => Path.GetFileName(folder)).Where(name => name.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0)
                .Select(name => $"{parent}/{name}")];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string? Line(string path, string prefix) =>
        Text(path)?.Split('\n').FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal)) is { } line ? line[prefix.Length..] : null;

    private string? Text(string path)
    {
        try
        {
            // Most systems have only some of these files, and an exception takes milliseconds.
            var file = Path.Combine(root, path);
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
