using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Sequitur.Kernels;

namespace Sequitur.Bench.Reports;

/// <summary>The machine that figures were measured on, and how busy it was with other things.</summary>
/// <param name="Processor">The processor's own name.</param>
/// <param name="Flags">The instruction sets of interest that it has.</param>
/// <param name="Tier">The widest vectors that our kernels use on it.</param>
/// <param name="Threads">Hardware threads.</param>
/// <param name="Load">Load average over the last minute; null where the system does not tell.</param>
/// <param name="Busy">Share of the processors that was busy during a moment's waiting; null where the system does not tell.</param>
/// <param name="Framework">Version of .NET.</param>
internal sealed record Machine(string Processor, IReadOnlyList<string> Flags, string Tier, int Threads, double? Load, double? Busy, string Framework)
{
    private const double QuietLoad = 0.3;
    private const double QuietShare = 0.05;

    /// <summary>Whether something else ran: the load average is high, and not only with what has ended meanwhile (it remembers a minute).</summary>
    public bool IsNoisy => Load > QuietLoad && Busy > QuietShare;

    /// <summary>Describes the machine, after waiting for quiet for some seconds at most.</summary>
    public static Machine Look(double secondsToWait)
    {
        var machine = Now();
        for (var left = secondsToWait; machine.IsNoisy && left > 0; left -= 1)
        {
            Thread.Sleep(500);
            machine = Now();
        }

        return machine;
    }

    private static Machine Now() => new(
        Name(),
        InstructionSets(),
        Kernels.Processor.Default.Tier.ToString().ToLowerInvariant(),
        Environment.ProcessorCount,
        LoadAverage(),
        BusyShare(),
        RuntimeInformation.FrameworkDescription);

    private static string Name()
    {
        if (!X86Base.IsSupported)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        var text = new StringBuilder();
        for (var leaf = 0x8000_0002u; leaf <= 0x8000_0004u; leaf++)
        {
            var (a, b, c, d) = X86Base.CpuId((int)leaf, 0);
            foreach (var register in (ReadOnlySpan<int>)[a, b, c, d])
            {
                text.Append(Encoding.ASCII.GetString(BitConverter.GetBytes(register)));
            }
        }

        return text.ToString().Replace("\0", "", StringComparison.Ordinal).Trim();
    }

    // Bits of leaf 7 (Intel's and AMD's manuals, CPUID).
    private static IReadOnlyList<string> InstructionSets()
    {
        if (!X86Base.IsSupported)
        {
            return [];
        }

        var seven = X86Base.CpuId(7, 0);
        var more = seven.Eax >= 1 ? X86Base.CpuId(7, 1).Eax : 0;
        static bool Has(int register, int bit) => ((register >> bit) & 1) != 0;
        (string Name, bool Present)[] flags =
        [
            ("avx2", Has(seven.Ebx, 5)),
            ("avx512f", Has(seven.Ebx, 16)),
            ("avx512_vnni", Has(seven.Ecx, 11)),
            ("avx_vnni", Has(more, 4)),
            ("amx_tile", Has(seven.Edx, 24)),
            ("amx_int8", Has(seven.Edx, 25)),
        ];
        return [.. flags.Where(flag => flag.Present).Select(flag => flag.Name)];
    }

    private static double? LoadAverage() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : null;

    private static double? BusyShare()
    {
        if (!File.Exists("/proc/stat"))
        {
            return null;
        }

        var before = Ticks();
        Thread.Sleep(500);
        var after = Ticks();
        return after.All > before.All ? 1 - ((after.Idle - before.Idle) / (after.All - before.All)) : 0;
    }

    // "cpu user nice system idle iowait irq softirq steal …", in ticks since the start.
    private static (double Idle, double All) Ticks()
    {
        var numbers = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[3] + numbers[4], numbers.Sum());
    }
}
