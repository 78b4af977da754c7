using System.Diagnostics;
using System.Reflection;
using System.Runtime;
using Sequitur.Kernels;

namespace Sequitur.Cli.Diagnosis;

/// <summary>What checks look at. A test gives another machine.</summary>
internal sealed record Surroundings
{
    /// <summary>The system's files.</summary>
    public SystemFacts System { get; init; } = new();

    /// <summary>The value of an environment variable; null where it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Processors that this process may use.</summary>
    public int Processors { get; init; } = Environment.ProcessorCount;

    /// <summary>Bytes of memory of the machine.</summary>
    public long PhysicalBytes { get; init; } = Platform.Current.PhysicalBytes();

    /// <summary>The widest vectors that the runtime lets kernels use.</summary>
    public Tier Detected { get; init; } = Processor.Detected.Tier;

    /// <summary>The widest vectors that kernels are asked to use.</summary>
    public Tier Used { get; init; } = Processor.Default.Tier;

    /// <summary>The instruction sets that the processor says it has.</summary>
    public IReadOnlyList<string> InstructionSets { get; init; } = ProcessorFacts.InstructionSets;

    /// <summary>Whether the collector is the one for servers.</summary>
    public bool IsServerGC { get; init; } = GCSettings.IsServerGC;

    /// <summary>Whether the program was compiled without optimization.</summary>
    public bool IsDebugBuild { get; init; } = typeof(Surroundings).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true };

    /// <summary>The share of the processors that others used while nothing was measured; null where the system does not tell.</summary>
    public double? Busy { get; init; }

    /// <summary>Bytes of the model's weights; null where there is no model.</summary>
    public long? ModelBytes { get; init; }

    /// <summary>Bytes a second that the model's file was read with; null where it was not.</summary>
    public double? FileBytesPerSecond { get; init; }

    /// <summary>Bytes of memory that this process may come to use.</summary>
    public long MemoryBytes => Math.Min(PhysicalBytes, System.MemoryLimit ?? long.MaxValue);

    /// <summary>The widest tier that the processor itself could run, if its instruction sets were used.</summary>
    public Tier Possible => InstructionSets.Contains("avx512f") && InstructionSets.Contains("avx512bw") ? Tier.V512
        : InstructionSets.Contains("avx2") && InstructionSets.Contains("fma") ? Tier.V256
        : Detected;
}
