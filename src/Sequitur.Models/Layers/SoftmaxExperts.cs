using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Routing;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Models.Layers;

/// <summary>
/// A mixture of experts whose scores are the softmax of a linear router (Shazeer et al. 2017, arXiv:1701.06538; Mixtral): x <c>[rows, inputs]</c> → <c>[rows, inputs]</c>.
/// </summary>
/// <param name="weights">Scope of the router, <c>gate</c>, and of the <c>experts</c>.</param>
/// <param name="routing">How experts are chosen.</param>
/// <param name="count">Experts.</param>
/// <param name="inputs">Width of the stream.</param>
/// <param name="width">Width of an expert.</param>
/// <param name="activation">The gate's activation.</param>
/// <param name="names">What an expert's three projections are called.</param>
public sealed class SoftmaxExperts(
    WeightScope weights, RouterOptions routing, int count, int inputs, int width, UnaryFunction activation, (string Gate, string Up, string Down) names)
{
    private readonly Linear _router = new(weights["gate"], inputs, count);
    private readonly RoutedExperts _experts = new(weights["experts"], routing, count, inputs, width, activation, names);

    /// <summary>Applies it.</summary>
    public Tensor Apply(Tensor x, ForwardContext context)
    {
        var scores = context.Name("router", _router.Apply(x)).Softmax();                    // [rows, experts]
        return _experts.Apply(x, scores, null, context);
    }
}
