using Sequitur.Cli.Drawing;
using Sequitur.Cli.Output;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Cli.Graphs;

/// <summary>A stage as boxes and edges with places. Layers that are alike are drawn once; what is only another view of a value is not drawn.</summary>
internal sealed class DrawnStage
{
    /// <summary>Height of a box.</summary>
    public const double BoxHeight = 50;

    /// <summary>From the top of a row to the top of the next.</summary>
    public const double RowHeight = 80;

    private const double Gap = 22;
    private const double Padding = 26;
    private const double TitleLetter = 8.8;
    private const double SmallLetter = 6.6;

    private readonly List<Label> _labels = [];
    private readonly List<DrawnBox> _boxes = [];
    private readonly Dictionary<object, int> _numbers = [];
    private readonly Dictionary<(int From, int To), bool> _edges = [];
    private readonly GraphSections _sections;

    /// <summary>Lays a stage out.</summary>
    public DrawnStage(GraphStage stage, GraphSections sections)
    {
        (Stage, _sections) = (stage, sections);
        foreach (var (band, section) in sections.All.Index())
        {
            foreach (var outside in section.Nodes.SelectMany(node => Sources(node, section)).OfType<Outside>().Distinct())
            {
                Add(outside, new(PrintableText.Of(outside.Value.Name ?? OperationText.Of(outside.Value.Node)), "from above", $"{outside.Value.Shape}", []), band);
            }

            foreach (var node in section.Nodes.Where(node => node.Op is not Reshape))
            {
                Add(node, Of(node), band);
                foreach (var (source, isEffect) in Sources(node, section).Zip(node.Inputs, (source, input) => (source, input.IsEffect)).Where(pair => pair.source is not null))
                {
                    _edges.TryAdd((_numbers[source!], _numbers[node]), isEffect);
                }
            }
        }

        Edges = [.. _edges.Keys.Select(ends => new DrawnEdge(ends.From, ends.To))];
        Spine = FindSpine(sections.All);
        LayeredLayout.Arrange(_boxes, Edges, Spine, Gap);
    }

    /// <summary>The stage.</summary>
    public GraphStage Stage { get; }

    /// <summary>What is written in the boxes.</summary>
    public IReadOnlyList<Label> Labels => _labels;

    /// <summary>The boxes.</summary>
    public IReadOnlyList<DrawnBox> Boxes => _boxes;

    /// <summary>The edges.</summary>
    public IReadOnlyList<DrawnEdge> Edges { get; }

    /// <summary>The residual stream: numbers of boxes from the top.</summary>
    public IReadOnlyList<int> Spine { get; }

    /// <summary>The parts, with the rows that each takes.</summary>
    public IEnumerable<(GraphSection Section, int First, int Last)> Bands => _sections.All.Index()
        .Select(part => (Section: part.Item, Rows: _boxes.Where(box => box.Band == part.Index).Select(box => box.Rank).ToArray()))
        .Where(part => part.Rows.Length > 0).Select(part => (part.Section, part.Rows.Min(), part.Rows.Max()));

    /// <summary>Its width.</summary>
    public double Width => _boxes.Select(box => box.X + (box.Width / 2)).Concat(Edges.SelectMany(edge => edge.Bends)).DefaultIfEmpty(0).Max();

    /// <summary>Its rows.</summary>
    public int Rows => _boxes.Select(box => box.Rank + 1).DefaultIfEmpty(0).Max();

    /// <summary>Whether an edge only orders what is done, and brings no numbers.</summary>
    public bool IsEffect(DrawnEdge edge) => _edges[(edge.From, edge.To)];

    private void Add(object what, Label label, int band)
    {
        _numbers.TryAdd(what, _boxes.Count);
        _labels.Add(label);
        _boxes.Add(new DrawnBox(Math.Max(label.Title.Length * TitleLetter, Math.Max(label.Operation.Length, label.Shape.Length) * SmallLetter) + Padding, band));
    }

    private static Label Of(Node node)
    {
        var (name, operation, result) = (node.Outputs[0].Name, OperationText.Of(node), node.Outputs[0]);
        var formats = string.Join(", ", OperationText.WeightsOf(node).Where(weight => weight.Shape.Rank > 1).Select(weight => weight.Weight.Format.Name).Distinct());
        var weight = formats.Length > 0 ? $" · {formats}" : "";
        var shape = result.IsEffect ? "stored" : $"{result.Type} {result.Shape}";
        var kinds = OperationKind.Of(node.Op.Name);
        return name is null ? new(operation, weight.TrimStart(' ', '·'), shape, kinds) : new(PrintableText.Of(OperationText.Name(result)), operation + weight, shape, kinds);
    }

    // For each input: the drawn node that stands for it, what stands for a value from elsewhere, or nothing for weights and what the run is given.
    private IEnumerable<object?> Sources(Node node, GraphSection section) => node.Inputs.Select(input =>
    {
        var value = input;
        while (value.Node.Op is Reshape)
        {
            value = value.Node.Inputs[0];
        }

        if (value.Node.Op is InputValue or ParameterValue)
        {
            return null;
        }

        var shown = _sections.Shown(value.Node);
        var isNear = section.Nodes.Contains(shown) || !_sections.IsShared(shown);
        return isNear && _sections.All.Any(part => part.Nodes.Contains(shown)) ? shown : (object)new Outside(value, section);
    });

    // Backwards from the last box: through an addition by the way that leaves most out, else by what is read first.
    private List<int> FindSpine(IReadOnlyList<GraphSection> sections)
    {
        var spine = new List<int>();
        for (object? at = sections.LastOrDefault()?.Nodes.LastOrDefault(node => node.Op is not Reshape && !node.Outputs[0].IsEffect); at is not null;)
        {
            spine.Add(_numbers[at]);
            var sources = at is Node node ? Sources(node, sections.First(section => section.Nodes.Contains(node))).OfType<object>().Select(source => (Source: source, Number: _numbers[source])).ToList() : [];
            var adds = at is Node { Op.Name: var name } && name.Split('+').Any(part => part is "add" or "residual");
            at = sources.Count == 0 ? null : adds ? sources.MinBy(source => source.Number).Source : sources[0].Source;
        }

        spine.Reverse();
        return spine;
    }

    // A value that many layers read, or that is not drawn, stands where it is read.
    private sealed record Outside(Tensor Value, GraphSection Reader);

    /// <summary>The texts of a box.</summary>
    /// <param name="Title">What it is called.</param>
    /// <param name="Operation">What is done.</param>
    /// <param name="Shape">What comes out.</param>
    /// <param name="Kinds">Its colours; none for what comes from outside.</param>
    internal sealed record Label(string Title, string Operation, string Shape, IReadOnlyList<OperationKind> Kinds);
}
