using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Weights;

namespace Sequitur.Bench;

/// <summary>The logits behind every token of a text, chunk by chunk: in float32 or with encoded activations, over a cache of any format.</summary>
internal sealed class PromptLogits : IDisposable
{
    private const int Chunk = 128;

    private readonly Model _model;
    private readonly int _context;
    private readonly CacheMemory _memory;
    private readonly WorkPool _pool;
    private readonly Plan _plan;

    /// <summary>Builds the plan.</summary>
    /// <param name="model">The model.</param>
    /// <param name="context">Tokens of the longest text.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="float32">Whether activations stay float32.</param>
    /// <param name="cache">The cache's format; by default F32 with <paramref name="float32"/>, else F16.</param>
    public PromptLogits(Model model, int context, int threads, bool float32, ElementType? cache = null)
    {
        (_model, _context) = (model, context);
        var layout = new CacheLayout(model.Caches, cache ?? (float32 ? ElementType.F32 : ElementType.F16), context);
        _memory = new CacheMemory(layout, context, 1);
        _pool = new WorkPool(threads);
        _plan = Plan.Build(Lowering.Lower(model.Trace().Graph, new NumericChoices(Integer: !float32, layout)), new PlanOptions
        {
            Capacity = new Dictionary<string, long> { ["tokens"] = Chunk, [Ragged.Sequences] = 1, [Inputs.OutputRowsDimension] = Chunk },
            Pool = _pool,
            Caches = _memory,
            Weights = new PackedWeights(),
        });
    }

    /// <summary>How the cache is laid out.</summary>
    public CacheLayout Layout => _memory.Layout;

    /// <summary>Receives a position and its logits.</summary>
    public delegate void Receiver(int position, ReadOnlySpan<float> logits);

    /// <summary>Hands out the logits of all positions.</summary>
    public void Read(int[] ids, Receiver receive)
    {
        for (var start = 0; start < ids.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, ids.Length - start);
            _plan.Run(InputsOf(ids, start, count));
            var logits = _plan.Output(Outputs.Logits);
            for (var row = 0; row < count; row++)
            {
                receive(start + row, logits.Memory.Slice(row * logits.Stride, (long)logits.Columns * sizeof(float)).AsSpan<float>());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.Dispose();
        _memory.Dispose();
    }

    private RunInputs InputsOf(int[] ids, int start, int count)
    {
        int[] rows = [.. Enumerable.Range(0, count)];
        var inputs = new RunInputs()
            .Size("tokens", count).Size(Ragged.Sequences, 1).Size(Inputs.OutputRowsDimension, count)
            .Set("ids", ids[start..(start + count)])
            .Set("output_rows", rows)
            .Set("tokens.sequence", new int[count])
            .Set("tokens.position", [.. rows.Select(row => start + row)])
            .Set("tokens.first", [0])
            .Set("tokens.count", [count])
            .Set("tokens.length", [start + count]);
        foreach (var set in _model.RopeSets)
        {
            var (frequencies, scale) = set.At(_context);
            inputs.Set($"rope.{set.Name}", frequencies).Set($"rope.{set.Name}.scale", [scale]);
        }

        foreach (var group in _memory.Layout.Groups)
        {
            inputs.Set(Lowering.PageTableName(group), [.. Enumerable.Range(0, _memory.Layout.TableWidth(group))]);
        }

        return inputs;
    }
}
