using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Routing;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Layers;

/// <summary>
/// A mixture of gated feed-forward experts: each row goes through those that its scores choose, and gets their weighted sum, x <c>[rows, inputs]</c> → <c>[rows, inputs]</c>.
/// How scores come about is the family's own.
/// </summary>
public sealed class RoutedExperts
{
    private readonly RouterOptions _routing;
    private readonly UnaryFunction _activation;
    private readonly int _count;
    private readonly Parameter _gate;
    private readonly Parameter _up;
    private readonly Parameter _down;

    /// <summary>Opens the experts of a scope, one tensor each: <c>0.gate_proj.weight</c> …, unless the family has other names for the three.</summary>
    /// <exception cref="InvalidModelException">There are not enough experts to choose from.</exception>
    public RoutedExperts(
        WeightScope weights, RouterOptions routing, int count, int inputs, int width, UnaryFunction activation, (string Gate, string Up, string Down)? names = null)
    {
        var (groups, top, slots) = (routing.Groups, routing.TopGroups, routing.ExpertsPerToken);
        if (groups < 1 || count % groups != 0 || top < 1 || top > groups || slots < 1 || slots > count / groups * top)
        {
            throw new InvalidModelException($"{slots} experts cannot be chosen from {top} of {groups} groups of {count} experts");
        }

        (_routing, _activation, _count) = (routing, activation, count);
        var (gate, up, down) = names ?? ("gate_proj", "up_proj", "down_proj");
        _gate = weights.Experts($"{{0}}.{gate}.weight", count, width, inputs);
        _up = weights.Experts($"{{0}}.{up}.weight", count, width, inputs);
        _down = weights.Experts($"{{0}}.{down}.weight", count, inputs, width);
    }

    /// <summary>Applies the experts that the scores <c>[rows, experts]</c> choose, corrected by a bias <c>[experts]</c> if there is one.</summary>
    public Tensor Apply(Tensor x, Tensor scores, Tensor? correction, ForwardContext context)
    {
        var graph = context.Graph;
        var (chosen, shares) = scores.Route(correction, _routing);                          // [rows, slots], both
        context.Name("router_experts", chosen);
        context.Name("router_weights", shares);
        var gate = context.Name("ffn_gate", x.ExpertMatMul(chosen, graph.Parameter(_gate), _count)); // [rows, slots, width]
        var up = context.Name("ffn_up", x.ExpertMatMul(chosen, graph.Parameter(_up), _count));
        var act = context.Name("ffn_act", gate.Apply(_activation) * up);
        return act.ExpertMatMul(chosen, graph.Parameter(_down), _count).WeightedSlotSum(shares);
    }
}
