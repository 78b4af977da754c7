using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine;

/// <summary>What a token asks of memory and processor by the weights alone: what it reads bounds decoding, what it multiplies bounds prompts (Williams et al. 2009, the roofline).</summary>
/// <param name="Bytes">Bytes of weights, as they are stored, that a decode step of one sequence reads: of a table of embeddings one row, of experts those that a token visits.</param>
/// <param name="Operations">Operations of a token's products with weights; a multiply-add is two.</param>
/// <param name="PromptOperations">The same for a token of a prompt that no token is chosen behind.</param>
public sealed record TokenCost(double Bytes, double Operations, double PromptOperations)
{
    /// <summary>Reads it off a model's graph.</summary>
    public static TokenCost Of(Model model)
    {
        var (operations, prompt) = (0.0, 0.0);
        var read = new Dictionary<Parameter, double>();
        var graph = model.Trace(model.Phases[^1]).Graph;
        foreach (var node in graph.Nodes)
        {
            foreach (var weight in node.Inputs.Select(input => input.Node.Op).OfType<ParameterValue>().Select(value => value.Parameter))
            {
                var share = Share(node, weight);
                read[weight] = Math.Max(read.GetValueOrDefault(weight), share);
                if (weight.Shape.Rank >= 2 && node.Op is not Embedding)
                {
                    var own = 2.0 * share * weight.Weight.Rows * weight.Weight.Columns;
                    operations += own;
                    prompt += node.Outputs[0].Shape.Rows.Symbol == Inputs.OutputRowsDimension ? 0 : own;
                }
            }
        }

        return new(read.Sum(weight => weight.Value * weight.Key.Weight.Bytes), operations, prompt);
    }

    // The share of a weight's rows that one row of the node's output comes from.
    private static double Share(Node node, Parameter weight) => node.Op switch
    {
        Embedding => 1.0 / Math.Max(weight.Weight.Rows, 1),
        ExpertMatMul => Math.Min(1, (double)node.Outputs[0].Shape.Columns / Math.Max(weight.Weight.Rows, 1)),
        _ => 1,
    };
}
