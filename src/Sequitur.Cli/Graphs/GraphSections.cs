using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Cli.Graphs;

/// <summary>
/// A graph in parts. A node belongs to the layer that its result or its weight is named after, else to that of the next node with such a name; what needs nothing but the run's inputs stands before the layers.
/// Layers are alike where the same operations read the same places and weights of the same shapes and formats.
/// </summary>
internal sealed partial class GraphSections
{
    private const int Before = -1;

    private readonly Dictionary<Node, int> _layerOf = [];
    private readonly Dictionary<Node, int> _place = [];
    private readonly List<Node>[] _parts;
    private readonly HashSet<Node> _shared;
    private readonly Dictionary<int, int> _firstOfKind = [];

    /// <summary>Parts a graph.</summary>
    /// <param name="stage">The graph.</param>
    /// <param name="alike">Whether layers that are alike become one part.</param>
    public GraphSections(GraphStage stage, bool alike = true)
    {
        AssignLayers(stage.Operations);
        Layers = _layerOf.Values.DefaultIfEmpty(Before).Max() is var last && last == int.MaxValue
            ? _layerOf.Values.Where(layer => layer != int.MaxValue).DefaultIfEmpty(Before).Max() + 1
            : last + 1;
        _parts = [.. Enumerable.Range(0, Layers + 2).Select(_ => new List<Node>())];
        foreach (var node in stage.Operations)
        {
            var part = _parts[PartOf(_layerOf[node])];
            _place[node] = part.Count;
            part.Add(node);
        }

        var readers = stage.Operations.SelectMany(node => node.Inputs.Select(input => (input.Node, Layer: _layerOf[node]))).Distinct().GroupBy(pair => pair.Node);
        _shared = [.. readers.Where(group => _layerOf.TryGetValue(group.Key, out var own) && own == Before && group.Any(pair => pair.Layer > 0)).Select(group => group.Key)];
        All = [.. Sections(alike)];
    }

    private GraphSections(GraphSections other) =>
        (_layerOf, _place, _parts, _shared, _firstOfKind, Layers, All) = (other._layerOf, other._place, other._parts, other._shared, other._firstOfKind, other.Layers, other.All);

    [GeneratedRegex(@"(?:^|\.)(\d{1,6})(?:\.|$)")]
    private static partial Regex Number { get; }

    /// <summary>How many layers there are.</summary>
    public int Layers { get; }

    /// <summary>The parts in order.</summary>
    public IReadOnlyList<GraphSection> All { get; private init; }

    /// <summary>One layer alone.</summary>
    public GraphSections Only(int layer) => new(this) { All = [.. All.Where(section => section.Layers.Contains(layer))] };

    /// <summary>The node that stands for a node in the parts: the same place in the first layer of its kind.</summary>
    public Node Shown(Node node) => _firstOfKind.TryGetValue(_layerOf[node], out var first) ? _parts[PartOf(first)][_place[node]] : node;

    /// <summary>Whether a node stands before the layers and more than the first of them reads it.</summary>
    public bool IsShared(Node node) => _shared.Contains(node);

    private int PartOf(int layer) => layer == int.MaxValue ? Layers + 1 : layer + 1;

    private void AssignLayers(IReadOnlyList<Node> nodes)
    {
        var given = new HashSet<Node>();
        var (reached, waiting) = (Before, new List<Node>());
        foreach (var node in nodes)
        {
            if (node.Inputs.All(input => input.Node.Op is InputValue || given.Contains(input.Node)))
            {
                given.Add(node);
                _layerOf[node] = Before;
                continue;
            }

            waiting.Add(node);
            if (KnownLayer(node, reached) is { } layer)
            {
                waiting.ForEach(open => _layerOf[open] = layer);
                waiting.Clear();
                reached = layer;
            }
        }

        waiting.ForEach(open => _layerOf[open] = reached == Before ? Before : int.MaxValue);
    }

    private static int? KnownLayer(Node node, int reached)
    {
        if (node.Outputs.Select(output => output.Name).FirstOrDefault(name => name is not null) is { } own)
        {
            return LayerIn(own, reached) ?? Outside(reached);
        }

        var weights = node.Inputs.Where(input => input.Node.Op is ParameterValue).Select(input => input.Name!).ToList();
        return weights.Count == 0 ? null : weights.Select(weight => LayerIn(weight, reached)).FirstOrDefault(layer => layer is not null) ?? Outside(reached);
    }

    private static int Outside(int reached) => reached == Before ? Before : int.MaxValue;

    // Layers come in order; a smaller number is that of something else.
    private static int? LayerIn(string name, int reached) =>
        Number.Match(name) is { Success: true } match && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is var layer && layer >= reached && reached != int.MaxValue ? layer : null;

    private IEnumerable<GraphSection> Sections(bool alike)
    {
        if (_parts[0].Count > 0)
        {
            yield return new([], _parts[0], false);
        }

        var kinds = Enumerable.Range(0, Layers).Where(layer => _parts[layer + 1].Count > 0)
            .GroupBy(layer => alike ? string.Join('\n', _parts[layer + 1].Select(node => Signature(node, layer))) : $"{layer}");
        foreach (var kind in kinds)
        {
            int[] layers = [.. kind];
            Array.ForEach(layers, layer => _firstOfKind[layer] = layers[0]);
            yield return new(layers, _parts[layers[0] + 1], false);
        }

        if (_parts[^1].Count > 0)
        {
            yield return new([], _parts[^1], true);
        }
    }

    private string Signature(Node node, int layer) =>
        $"{OperationText.Of(node)} {string.Join(' ', node.Outputs.Select(output => $"{output.Type}{output.Shape}"))} < {string.Join(' ', node.Inputs.Select(input => Reference(input, layer)))}";

    private string Reference(Tensor input, int layer) => input.Node.Op switch
    {
        InputValue given => given.InputName,
        ParameterValue weight => $"{weight.Parameter.Weight.Format.Name}{weight.Parameter.Shape}",
        _ when _layerOf[input.Node] == layer => $"{_place[input.Node]}.{input.Index}",
        _ when _shared.Contains(input.Node) => $"shared{_place[input.Node]}.{input.Index}",
        _ when _layerOf[input.Node] == layer - 1 => "stream",
        _ => $"back{layer - _layerOf[input.Node]}:{_place[input.Node]}",
    };
}
