using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Models;

/// <summary>
/// What a forward pass needs beside its inputs: the ragged dimension that it runs over, names for its values, rotary tables, and the slots of the past. A layer gets the
/// context of its own scope, so that <c>attn_norm</c> becomes <c>layers.3.attn_norm</c>.
/// </summary>
public sealed class ForwardContext
{
    private readonly Dictionary<string, Tensor> _ropeTables;
    private readonly Dictionary<string, (Tensor Keys, Tensor Values, Ragged Rows)> _stored;
    private readonly string _scope;

    /// <summary>A context that writes into a graph.</summary>
    public ForwardContext(Graph graph)
        : this(graph, Phase.Main, "", [], [])
    {
    }

    private ForwardContext(
        Graph graph, Phase phase, string scope, Dictionary<string, Tensor> ropeTables, Dictionary<string, (Tensor Keys, Tensor Values, Ragged Rows)> stored)
    {
        Graph = graph;
        Phase = phase;
        _scope = scope;
        _ropeTables = ropeTables;
        _stored = stored;
    }

    /// <summary>The graph that is written.</summary>
    public Graph Graph { get; }

    /// <summary>The phase that is running.</summary>
    public Phase Phase { get; }

    /// <summary>The ragged dimension of the phase's rows.</summary>
    public Ragged Rows => Ragged.In(Graph, Phase.Rows);

    /// <summary>The same graph in another phase.</summary>
    public ForwardContext For(Phase phase) => new(Graph, phase, "", [], _stored);

    /// <summary>The context of a named part: names get the prefix <c>{name}.</c></summary>
    public ForwardContext Scope(string name) => new(Graph, Phase, $"{_scope}{name}.", _ropeTables, _stored);

    /// <summary>Names a value for traces, and returns it.</summary>
    public Tensor Name(string name, Tensor value) => Graph.Name(_scope + name, value);

    /// <summary>Cosines and sines of the rows' angles in a set of frequencies, <c>[rows, dim]</c>.</summary>
    public Tensor RopeTable(RopeSet set)
    {
        if (!_ropeTables.TryGetValue(set.Name, out var table))
        {
            var frequencies = Graph.NumberInput($"rope.{set.Name}", new Shape(Ragged.Sequences, set.Dim / 2));
            var scale = Graph.NumberInput($"rope.{set.Name}.scale", new Shape(Ragged.Sequences));
            table = Graph.Add(new RopeTable(), [frequencies, scale, .. Rows.Tensors]).Outputs[0];
            _ropeTables[set.Name] = table;
        }

        return table;
    }

    /// <summary>Self-attention over the sequence so far; keys and values are kept in this scope's slot.</summary>
    public Tensor Attend(Tensor q, Tensor k, Tensor v, AttentionSpec spec, string? slot = "attn") =>
        q.Attend(k, v, Rows, Rows, spec, slot is null ? null : _scope + slot);

    /// <summary>Leaves keys and values in a slot for another phase.</summary>
    public void Store(string slot, Tensor k, Tensor v)
    {
        _stored.Add(slot, (k, v, Rows));
        Graph.Add(new StoreKeys(slot), [k, v, .. Rows.Tensors]);
    }

    /// <summary>Attention over what another phase left in a slot: through the cache, or directly where both phases stand in one graph.</summary>
    public Tensor AttendStored(Tensor q, string slot, string keyRows, int valueDim, AttentionSpec spec)
    {
        if (_stored.TryGetValue(slot, out var stored))
        {
            return q.Attend(stored.Keys, stored.Values, Rows, stored.Rows, spec);
        }

        var keys = Ragged.In(Graph, keyRows);
        return Graph.Add(new StoredAttention(spec, slot, valueDim), [q, .. Rows.Tensors, .. keys.Tensors, .. spec.Terms.SelectMany(t => t.Tensors)]).Outputs[0];
    }

    /// <summary>The full name of a slot of this scope.</summary>
    public string Slot(string name) => _scope + name;
}
