using System.Globalization;
using Sequitur.Engine.KvCache;
using Sequitur.Kernels;
using Sequitur.Kernels.Formats;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine;

/// <summary>
/// Whether a model with its caches and buffers fits into memory: asked before anything is allocated or read, since the system finds out only when pages are touched, and ends the process then.
/// </summary>
internal sealed class MemoryBudget
{
    private readonly Model _model;
    private readonly EngineOptions _options;
    private readonly CacheLayout _layout;
    private readonly int _context;
    private readonly long _memory;
    private readonly decimal _weights;
    private readonly long _buffers;

    private MemoryBudget(Model model, Graph graph, EngineOptions options, CacheLayout layout, int context, int batchTokens)
    {
        (_model, _options, _layout, _context) = (model, options, layout, context);
        _memory = options.MemoryBytes ?? Platform.MemoryBytes;
        _weights = options.LowMemory ? 0 : PackedBytes(graph);

        // Buffers are small beside the rest, and only known when the graph is fused: where half of the memory is left they are not asked for.
        if (_weights + Cache > _memory / 2)
        {
            _buffers = Plan.BufferBytes(Lowering.Lower(graph, new NumericChoices(!options.Float32, layout)), options.Capacity(batchTokens), options.WithoutFusions);
        }
    }

    private decimal Cache => CacheBudget.Bytes(_layout, _context, _options.MaxSequences);

    /// <summary>Refuses what does not fit.</summary>
    /// <exception cref="CapacityException">It does not; the message has the sum, and what would fit.</exception>
    public static void Require(Model model, Graph graph, EngineOptions options, CacheLayout layout, int context, int batchTokens)
    {
        var budget = new MemoryBudget(model, graph, options, layout, context, batchTokens);
        if (budget._weights + budget.Cache + budget._buffers > budget._memory)
        {
            throw new CapacityException(budget.Refusal());
        }
    }

    // What products read is packed, and each tensor once; tables that are only looked up stay in the file, and vectors are small.
    private static decimal PackedBytes(Graph graph)
    {
        var (packed, bytes) = (new HashSet<Parameter>(), 0m);
        foreach (var input in graph.Nodes.Where(node => node.Op is not Embedding).SelectMany(node => node.Inputs))
        {
            if (input.Node.Op is ParameterValue { Parameter: { Shape.Rank: > 1 } parameter } && packed.Add(parameter))
            {
                bytes += new WeightPanels(parameter.Weight).Bytes;
            }
        }

        return bytes;
    }

    private static string Count(decimal number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private string Refusal()
    {
        var sequences = _options.MaxSequences;
        var positions = $"{Count(_context)} positions{(sequences > 1 ? $" in {Count(sequences)} sequences" : "")}";
        var needed = _weights + Cache + _buffers;
        return $"the model does not fit at this context: {Count(needed)} bytes are needed ({Count(_weights)} for weights, {Count(Cache)} for the cache of {positions}, "
            + $"{Count(CacheBudget.BytesAPosition(_layout))} a position, and {Count(_buffers)} for buffers), and {There()}: {Advice()}";
    }

    private string There() => _options.MemoryBytes is null ? $"there are {Count(_memory)} bytes of memory" : $"{Count(_memory)} bytes may be taken";

    private string Advice()
    {
        var left = _memory - _weights - _buffers;
        var bytes = new CacheLayout(_model.Caches, ElementType.Q8_0, _context);
        List<string> ways = [];
        if (CacheBudget.LargestContext(_layout, _context, _options.MaxSequences, left) is > 0 and var context)
        {
            ways.Add($"use a --context of {context.ToString(CultureInfo.InvariantCulture)} at most");
        }

        if (_layout.Format != ElementType.Q8_0 && CacheBudget.Bytes(bytes, _context, _options.MaxSequences) <= left)
        {
            ways.Add("keep the context and use --cache q8_0");
        }

        if (ways.Count == 0 && _weights > 0)
        {
            ways.Add("use --low-memory, which reads weights from the file, with a smaller --context");
        }

        return ways.Count > 0 ? string.Join(", or ", ways) : "use a smaller model, or a machine with more memory";
    }
}
