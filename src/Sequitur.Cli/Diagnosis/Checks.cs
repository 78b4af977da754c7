using System.Globalization;
using Sequitur.Cli.Output;
using Sequitur.Kernels;

namespace Sequitur.Cli.Diagnosis;

/// <summary>The known pitfalls.</summary>
internal static class Checks
{
    private const double SlowFile = 300e6;
    private const double BusyShare = 0.1;

    private static readonly string[] IntrinsicsSwitches =
    [
        "EnableHWIntrinsic", "EnableSSE42", "EnableAVX", "EnableAVX2", "EnableAVX512", "EnableAVX512F", "EnableAVX512v2", "EnableAVXVNNI", "EnableFMA", "EnableArm64AdvSimd", "MaxVectorTBitWidth",
        "PreferredVectorBitWidth",
    ];

    private static readonly string[] CompilerSwitches = ["TieredPGO", "TieredCompilation", "ReadyToRun", "TC_QuickJit", "TC_QuickJitForLoops", "TC_OnStackReplacement", "JITMinOpts", "JitStress"];

    /// <summary>All checks of a machine.</summary>
    public static IReadOnlyList<Check> Of(Surroundings here) =>
    [
        Build(here), Vectors(here), Instructions(here), Compiler(here), Collector(here), Processors(here), Threads(here), Frequency(here), Load(here), Memory(here), HugePages(here), Nodes(here), File(here),
    ];

    private static Check Build(Surroundings here) => here.IsDebugBuild
        ? Check.Problem("build", "this is a Debug build: its code is not optimized", "Build or run it with -c Release.")
        : Check.Ok("build", "optimized");

    private static Check Vectors(Surroundings here) =>
        here.Used < here.Detected ? Check.Problem("vectors", $"{Name(here.Used)} is forced, {Name(here.Detected)} is there", $"Unset {Processor.Variable}, or use it for comparisons only.")
        : here.Detected < here.Possible ? Check.Problem("vectors", $"the processor has {Name(here.Possible)}, the runtime offers {Name(here.Detected)}", "Look for variables and settings that switch instructions off.")
        : here.Used == Tier.Scalar ? Check.Problem("vectors", "no vectors: the reference kernels run", "Use a processor with AVX2 and FMA, or one of ARM64.")
        : Check.Ok("vectors", $"{Name(here.Used)}, the widest that the processor has");

    private static Check Instructions(Surroundings here)
    {
        var set = Set(here, IntrinsicsSwitches).ToArray();
        return set.Length > 0
            ? Check.Problem("instructions", $"{string.Join(", ", set)} limits what the runtime uses", "Unset it, unless you want to compare.")
            : Check.Ok("instructions", "nothing switches any off");
    }

    private static Check Compiler(Surroundings here)
    {
        var set = Set(here, CompilerSwitches).ToArray();
        return set.Length > 0
            ? Check.Note("compiler", $"{string.Join(", ", set)} changes how code is compiled", "Unset it: the program's own settings are those that were measured.")
            : Check.Ok("compiler", "the program's own settings");
    }

    private static Check Collector(Surroundings here) => here.IsServerGC
        ? Check.Note("collector", "the server collector keeps a heap and a thread for each processor", "Unset DOTNET_gcServer: decoding allocates nothing, so it only costs memory.")
        : Check.Ok("collector", "workstation");

    private static Check Processors(Surroundings here)
    {
        var all = here.System.LogicalProcessors;
        return here.System.ProcessorLimit is { } limit && limit < (all ?? here.Processors)
            ? Check.Problem("processors", $"a control group allows {Quantity.Number(limit)} of {all ?? here.Processors} processors", $"Use --threads {Math.Max(1, (int)limit)}, or raise the container's CPU limit: a thread that is paused keeps all others waiting.")
            : all > here.Processors ? Check.Note("processors", $"this process may use {here.Processors} of {all}", "Its affinity is restricted; lift it (taskset, cpuset) to use the others.")
            : here.Processors == 1 ? Check.Note("processors", "there is one", "Threads cannot help here; give the container or virtual machine more processors.")
            : Check.Ok("processors", $"all {here.Processors} may be used");
    }

    private static Check Threads(Surroundings here) => here.System.PhysicalCores is { } cores && cores < here.Processors
        ? Check.Note("threads", $"{here.Processors} logical processors share {Quantity.Count(cores, "core")}", $"Try --threads {cores}: two threads of a core share its arithmetic and its memory.")
        : Check.Ok("threads", "one a core");

    private static Check Frequency(Surroundings here) => here.System.Governor switch
    {
        "powersave" or "conservative" => Check.Note("frequency", $"the governor is {here.System.Governor}", "On mains power choose performance (cpupower frequency-set -g performance)."),
        { } governor => Check.Ok("frequency", $"the governor is {PrintableText.Of(governor)}"),
        null => Check.Ok("frequency", "not chosen by this system"),
    };

    private static Check Load(Surroundings here)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{(here.Busy is { } busy ? $"{busy * 100:F0} % of the processors busy" : "unknown now")}{(here.System.LoadAverage is { } load ? $", load average {load:F2}" : "")}");
        return here.Busy > BusyShare
            ? Check.Note("load", text, "Something else runs: the figures above are too low, and so will be the speed; stop it, or use fewer threads.")
            : Check.Ok("load", text);
    }

    private static Check Memory(Surroundings here)
    {
        var there = $"{Quantity.Bytes(here.MemoryBytes)} of memory{(here.System.MemoryLimit < here.PhysicalBytes ? " by its control group" : "")}";
        return here.ModelBytes is not { } model ? Check.Ok("memory", there)
            : model > here.MemoryBytes ? Check.Problem("memory", $"the model has {Quantity.Bytes(model)}, more than {there}", "Take a smaller format (sequitur convert --to Q4_1) or a smaller model: this one would be read from disk for every token.")
            : model > here.System.AvailableBytes ? Check.Problem("memory", $"the model has {Quantity.Bytes(model)}, of {there} only {Quantity.Bytes(here.System.AvailableBytes!.Value)} are free", "Close other programs, or use --low-memory.")
            : 2 * model > here.MemoryBytes ? Check.Note("memory", $"the model has {Quantity.Bytes(model)} of {there}", "Use --low-memory if it does not fit beside its packed copy.")
            : Check.Ok("memory", $"{there}, {Quantity.Bytes(model)} of it for the model");
    }

    private static Check HugePages(Surroundings here) => here.System.HugePages == "never"
        ? Check.Note("huge pages", "never", "Large models read a little faster with madvise in /sys/kernel/mm/transparent_hugepage/enabled.")
        : Check.Ok("huge pages", PrintableText.Of(here.System.HugePages ?? "not told by this system"));

    private static Check Nodes(Surroundings here) => here.System.NumaNodes is > 1 and var nodes
        ? Check.Note("memory nodes", $"{nodes}", "Bind the program to one of them (numactl --cpunodebind=0 --membind=0), or interleave: reads from the other are slower.")
        : Check.Ok("memory nodes", "one");

    private static Check File(Surroundings here) => here.FileBytesPerSecond switch
    {
        null => Check.Ok("model file", "none was read"),
        < SlowFile and var speed => Check.Note("model file", $"read with {Quantity.Bytes(speed)}/s", "Keep it on a local disk: the first start waits for it."),
        { } speed => Check.Ok("model file", $"read with {Quantity.Bytes(speed)}/s"),
    };

    private static IEnumerable<string> Set(Surroundings here, string[] names) =>
        from name in names
        from prefix in new[] { "DOTNET_", "COMPlus_" }
        let value = here.Variable(prefix + name)
        where value is { Length: > 0 } && !(name.StartsWith("Enable", StringComparison.Ordinal) && value == "1")
        select $"{prefix}{name}={PrintableText.Of(value)}";

    private static string Name(Tier tier) => tier.ToString().ToLowerInvariant();
}
