using Sequitur.Engine.Speculation;
using Sequitur.Kernels;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine;

/// <summary>How an engine runs. Only <see cref="Float32"/> and <see cref="CacheFormat"/> change results; all else changes speed and memory.</summary>
public sealed record EngineOptions
{
    private const int MostThreads = 1024;

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether activations stay float32 and the cache too (<c>--compute f32</c>).</summary>
    public bool Float32 { get; init; }

    /// <summary>How keys and values are kept: F32, F16 or Q8_0. By default F32 with <see cref="Float32"/>, else F16.</summary>
    public ElementType? CacheFormat { get; init; }

    /// <summary>The processor that kernels are chosen for.</summary>
    public Processor Processor { get; init; } = Processor.Default;

    /// <summary>Positions a sequence may have; by default what the model was made for.</summary>
    public int? Context { get; init; }

    /// <summary>Tokens that one step takes at most, but never less than one for each sequence; longer prompts are taken in chunks.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Sequences that run at the same time.</summary>
    public int MaxSequences { get; init; } = 1;

    /// <summary>Whether weights are read where the file's mapping has them, instead of being packed for speed when the model is loaded.</summary>
    public bool LowMemory { get; init; }

    /// <summary>Bytes of memory that weights, caches and buffers may take together; by default what the machine has, or what the control group of the process allows (<c>--memory</c>).</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Names of fusion rules that are switched off; <c>*</c> for all.</summary>
    public IReadOnlyCollection<string> WithoutFusions { get; init; } = [];

    /// <summary>How tokens are drafted ahead while one sequence runs alone; null for never.</summary>
    public SpeculationOptions? Speculation { get; init; }

    /// <summary>Refuses what is impossible.</summary>
    /// <exception cref="UsageException">A number is below 1, or so large that no model has a use for it.</exception>
    internal void Check()
    {
        Require("threads", Threads, MostThreads);
        Require("context", Context ?? 1, ModelConfig.LargestSize);
        Require("tokens a step", BatchTokens, ModelConfig.LargestSize);
        Require("sequences", MaxSequences, ModelConfig.LargestCount);
        if (Speculation is { MostDrafted: < 1 or > SpeculationOptions.Limit } speculation)
        {
            throw new UsageException($"drafted tokens: {speculation.MostDrafted} is impossible, it must be from 1 to {SpeculationOptions.Limit}");
        }
    }

    private static void Require(string name, int value, int most)
    {
        if (value < 1 || value > most)
        {
            throw new UsageException($"{name}: {value} is impossible, it must be from 1 to {most}");
        }
    }

    /// <summary>The most that each unknown of a model's graph may be in one run.</summary>
    internal IReadOnlyDictionary<string, long> Capacity(int batchTokens) => new Dictionary<string, long>
    {
        ["tokens"] = batchTokens,
        [Ragged.Sequences] = MaxSequences,
        [Inputs.OutputRowsDimension] = OutputRows(batchTokens),
    };

    /// <summary>Rows of logits that a run may give.</summary>
    internal int OutputRows(int batchTokens) => Math.Max(MaxSequences, Math.Min(1 + (Speculation?.MostDrafted ?? 0), batchTokens));

    /// <summary>How keys and values are kept, the default put in.</summary>
    public ElementType EffectiveCacheFormat => CacheFormat ?? (Float32 ? ElementType.F32 : ElementType.F16);
}
