using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors.Execution;

/// <summary>What a plan is built for. None of it changes a bit of the results.</summary>
public sealed record PlanOptions
{
    /// <summary>The most that each unknown may be in one run.</summary>
    public required IReadOnlyDictionary<string, long> Capacity { get; init; }

    /// <summary>The threads that run it.</summary>
    public required WorkPool Pool { get; init; }

    /// <summary>The processor that kernels are chosen for.</summary>
    public Processor Processor { get; init; } = Processor.Default;

    /// <summary>Pages of the caches, if the graph was lowered with caches.</summary>
    public CacheMemory? Caches { get; init; }

    /// <summary>Where weights are packed for fast products; null: they are read where they are stored, which takes the least memory.</summary>
    public PackedWeights? Weights { get; init; }

    /// <summary>Names of values to hand out beside the outputs, even if fusion would hide them.</summary>
    public IReadOnlyCollection<string> Keep { get; init; } = [];

    /// <summary>Names of fusion rules that are switched off; <c>*</c> switches off all.</summary>
    public IReadOnlyCollection<string> WithoutFusions { get; init; } = [];

    /// <summary>Whether to count the items that each thread computes.</summary>
    public bool CountItems { get; init; }
}
