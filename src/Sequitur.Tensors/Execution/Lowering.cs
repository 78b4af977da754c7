using Sequitur.Kernels;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors.Execution;

/// <summary>The numerical choices of a run.</summary>
/// <param name="Integer">Whether products with quantized weights encode their activations as 8-bit integers (otherwise all is float32).</param>
/// <param name="Cache">What the run keeps of the past; null for none: then every sequence is complete in its batch.</param>
/// <param name="Remainders">Whether the products that suffer most from 8 bits multiply the remainder of their activations too (<see cref="PreciseProducts"/>).</param>
public sealed record NumericChoices(bool Integer, CacheLayout? Cache, bool Remainders = true)
{
    /// <summary>Pure float32 without caches: training, encoders, and the oracle.</summary>
    public static NumericChoices Float32 { get; } = new(false, null);
}

/// <summary>
/// Makes every numerical choice an explicit node: how activations are encoded for a quantized weight, in what format keys and values are rounded before they are read.
/// What comes after (fusing, buffers, threads, kernels) never changes a bit.
/// </summary>
public sealed class Lowering
{
    private readonly Dictionary<Tensor, Tensor> _map = [];
    private readonly Dictionary<Tensor, Tensor> _encoded = [];
    private readonly Dictionary<Tensor, Tensor> _encodedPrecisely = [];
    private readonly HashSet<Node> _precise;
    private readonly HashSet<Tensor> _withRemainder = [];

    private Lowering(NumericChoices choices, HashSet<Node> precise)
    {
        Choices = choices;
        _precise = precise;
    }

    /// <summary>The choices.</summary>
    public NumericChoices Choices { get; }

    /// <summary>The lowered graph, as far as it goes.</summary>
    public Graph Target { get; } = new();

    /// <summary>Lowers a graph. Names of values and outputs stay.</summary>
    public static Graph Lower(Graph source, NumericChoices choices)
    {
        var lowering = new Lowering(choices, choices is { Integer: true, Remainders: true } ? PreciseProducts.In(source) : []);
        var withRemainder = lowering._precise.Select(node => node.Inputs[0]).ToHashSet();
        foreach (var node in source.Nodes)
        {
            var outputs = node.Op.Lower(lowering, node, lowering._map.Of(node.Inputs));
            for (var i = 0; i < outputs.Count; i++)
            {
                lowering._map[node.Outputs[i]] = outputs[i];
                if (withRemainder.Contains(node.Outputs[i]))
                {
                    lowering._withRemainder.Add(outputs[i]);
                }
            }
        }

        foreach (var (name, tensor) in source.Named)
        {
            lowering.Target.Name(name, lowering._map[tensor]);
        }

        foreach (var (name, tensor) in source.Outputs)
        {
            lowering.Target.Output(name, lowering._map[tensor]);
        }

        return lowering.Target;
    }

    /// <summary>The encoded form of activations; projections that read the same values share it.</summary>
    /// <param name="x">The activations.</param>
    /// <param name="mayRemain">Whether the reader can do with a remainder behind them, which other readers may need.</param>
    public Tensor Encode(Tensor x, bool mayRemain = true)
    {
        var remainder = mayRemain && _withRemainder.Contains(x);
        var known = remainder ? _encodedPrecisely : _encoded;
        if (!known.TryGetValue(x, out var encoded))
        {
            encoded = Target.Add(new Encode(remainder), x).Outputs[0];
            known[x] = encoded;
        }

        return encoded;
    }

    /// <summary>Whether a product of the graph multiplies the remainder of its activations too.</summary>
    public bool IsPrecise(Node product) => _precise.Contains(product);

    /// <summary>Whether a product with this weight is done in integers.</summary>
    public bool IsInteger(Parameter parameter) => Choices.Integer && parameter.Weight.Format.HasIntegerPanel;

    /// <summary>The page table of the group that a slot belongs to, <c>pages.{group} [sequences, pages]</c>.</summary>
    public Tensor PageTable(string slot)
    {
        var group = Choices.Cache!.Slot(slot).Group;
        return Target.Input(PageTableName(group), new Shape(Ragged.Sequences, Choices.Cache.TableWidth(group)), ElementType.I32);
    }

    /// <summary>Name of the input that holds a group's page tables.</summary>
    public static string PageTableName(CacheGroup group) => $"pages.{group.Name}";
}
