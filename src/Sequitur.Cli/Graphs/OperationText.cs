using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Cli.Graphs;

/// <summary>Operations and values in words.</summary>
internal static partial class OperationText
{
    [GeneratedRegex(@"^(?:.*\.)?layers\.\d+\.")]
    private static partial Regex Layer { get; }

    /// <summary>An operation, with what tells it from others of its name.</summary>
    public static string Of(Node node) => node.Op switch
    {
        Attention { Spec: { Window: > 0 and var window } } => string.Create(CultureInfo.InvariantCulture, $"{node.Op.Name}, window {window}"),
        Attention { Spec: { Causal: false } } => $"{node.Op.Name}, both ways",
        _ => node.Op.Name,
    };

    /// <summary>A value's name inside its layer, or its number.</summary>
    public static string Name(Tensor tensor) => tensor.Name is { } name ? Layer.Replace(name, "") : string.Create(CultureInfo.InvariantCulture, $"%{tensor.Node.Id}{(tensor.Index > 0 ? $".{tensor.Index}" : "")}");

    /// <summary>What a node computes by: the formats and shapes of its weights.</summary>
    public static string Weights(Node node) => string.Join(", ", WeightsOf(node).Select(weight => $"{weight.Weight.Format.Name} {weight.Shape}").Distinct());

    /// <summary>The weights that a node reads.</summary>
    public static IEnumerable<Tensors.Weights.Parameter> WeightsOf(Node node) => node.Inputs.Select(input => input.Node.Op).OfType<ParameterValue>().Select(value => value.Parameter);

    /// <summary>What a node reads that is computed or given: once each; of the pages and positions of the run only the first.</summary>
    public static IEnumerable<Tensor> Reads(Node node) => node.Inputs.Where(input => input.Node.Op is not ParameterValue).Distinct();
}
