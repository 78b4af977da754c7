using Sequitur.Engine.KvCache;
using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>How a model is run. Only the first three may change a bit of what comes out.</summary>
internal sealed record RunnerOptions(Model Model, bool Integer, ElementType? Cache)
{
    public RunnerOptions(Variant variant)
        : this(variant.Model, variant.Integer, variant.Cache)
    {
    }

    public Processor Processor { get; init; } = Processor.Detected;

    public int Threads { get; init; } = 1;

    /// <summary>Rows that the plan has room for.</summary>
    public int Tokens { get; init; } = 704;

    public int Sequences { get; init; } = 1;

    public IReadOnlyCollection<string> WithoutFusions { get; init; } = [];

    /// <summary>Whether every named value is handed out.</summary>
    public bool KeepAll { get; init; }

    /// <summary>The order in which free pages are given out; 0 for the usual one.</summary>
    public int PageSeed { get; init; }

    public bool CountItems { get; init; }

    /// <summary>Whether weights are packed before; otherwise each time that they are read.</summary>
    public bool Packed { get; init; } = true;

    /// <summary>Positions a sequence may have.</summary>
    public int Context { get; init; } = 768;
}

/// <summary>A sequence on its way through a runner, with the logits of all its positions so far.</summary>
internal sealed class Stream(SequenceCache? cache) : IDisposable
{
    private readonly List<float> _logits = [];

    public SequenceCache? Cache => cache;

    public float[] Logits => [.. _logits];

    public void Add(ReadOnlySpan<float> logits) => _logits.AddRange(logits);

    public void Dispose() => cache?.Dispose();
}

/// <summary>
/// Runs a model's plan over ragged batches and keeps the logits of every row. Pages hold NaN until something is written, and page tables nothing but −1 where there is no page: whatever is read without right shows.
/// </summary>
internal sealed class Runner : IDisposable
{
    private readonly RunnerOptions _options;
    private readonly WorkPool _pool;
    private readonly CacheMemory? _memory;

    public Runner(RunnerOptions options)
    {
        _options = options;
        _pool = new WorkPool(options.Threads, yields: false);
        (Lowered, _memory, Pages) = Lower(options);
        Plan = Plan.Build(Lowered, new PlanOptions
        {
            Capacity = Lowered.Symbols.ToDictionary(s => s, s => s == Ragged.Sequences ? options.Sequences : (long)options.Tokens),
            Pool = _pool,
            Processor = options.Processor,
            Caches = _memory,
            WithoutFusions = options.WithoutFusions,
            Keep = options.KeepAll ? [.. Lowered.Named.Keys] : [],
            CountItems = options.CountItems,
            Weights = options.Packed ? new PackedWeights() : null,
        });
    }

    public Graph Lowered { get; }

    public Plan Plan { get; }

    public PagePool? Pages { get; }

    /// <summary>How often the plan ran.</summary>
    public int Runs { get; private set; }

    /// <summary>Rows that the last run had.</summary>
    public long Rows => Plan.Sizes[Plan.Graph.Symbols.ToList().IndexOf("tokens")];

    /// <summary>A new sequence.</summary>
    public Stream Open() => new(Pages is null ? null : new SequenceCache(Pages));

    /// <summary>Runs one batch: each stream is given some more tokens.</summary>
    public void Step(params IReadOnlyList<(Stream Stream, int[] Ids)> parts)
    {
        Plan.Run(Batch.Inputs(_options, _memory?.Layout, [.. parts.Select(p => (p.Stream.Cache, p.Ids))]));
        Runs++;
        var logits = Plan.Floats(Outputs.Logits);
        var (row, width) = (0, _options.Model.VocabularySize);
        foreach (var (stream, ids) in parts)
        {
            stream.Add(logits.AsSpan(row * width, ids.Length * width));
            row += ids.Length;
        }
    }

    /// <summary>All logits of a new sequence that is given in chunks; what is left is the last one.</summary>
    public float[] Logits(int[] ids, params IEnumerable<int> chunks)
    {
        using var stream = Open();
        foreach (var chunk in Chunk(ids, chunks))
        {
            Step((stream, chunk));
        }

        return stream.Logits;
    }

    /// <summary>A copy of a kept value of integers.</summary>
    public int[] Integers(string name)
    {
        var value = Plan.Output(name);
        return value.Memory.AsSpan<int>()[..(int)(value.Rows.In(Plan.Sizes) * value.Columns)].ToArray();
    }

    /// <summary>Tokens in pieces of given lengths, as far as they go, and the rest.</summary>
    public static IEnumerable<int[]> Chunk(int[] ids, IEnumerable<int> chunks)
    {
        var start = 0;
        foreach (var chunk in chunks.Append(ids.Length).Select(c => Math.Min(c, ids.Length - start)).TakeWhile(c => c > 0))
        {
            yield return ids[start..(start + chunk)];
            start += chunk;
        }
    }

    /// <summary>The oracle: every node of the lowered graph by its reference kernel, over caches of its own.</summary>
    public static Interpreter Interpret(RunnerOptions options, int[] ids)
    {
        var (lowered, memory, pages) = Lower(options);
        using (memory)
        {
            using var cache = pages is null ? null : new SequenceCache(pages);
            return Interpreter.Run(lowered, Batch.Inputs(options, memory?.Layout, [(cache, ids)]), memory);
        }
    }

    public void Dispose()
    {
        _pool.Dispose();
        _memory?.Dispose();
    }

    private static (Graph Lowered, CacheMemory? Memory, PagePool? Pages) Lower(RunnerOptions options)
    {
        var layout = options.Cache is { } format ? new CacheLayout(options.Model.Caches, format, options.Context) : null;
        var lowered = Lowering.Lower(options.Model.Trace().Graph, new NumericChoices(options.Integer, layout));
        if (layout is null)
        {
            return (lowered, null, null);
        }

        var memory = new CacheMemory(layout, (long)options.Context * options.Sequences, options.Sequences);
        foreach (var group in layout.Groups)
        {
            memory.Pool(group.Name).AsSpan<byte>().Fill(0xFF);
        }

        var pages = new PagePool(memory);
        if (options.PageSeed != 0)
        {
            pages.Shuffle(options.PageSeed);
        }

        return (lowered, memory, pages);
    }
}
