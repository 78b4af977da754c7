using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Models.Layers;

/// <summary>
/// A gated feed-forward part (Shazeer 2020, arXiv:2002.05202): down(activation(gate(x)) · up(x)), x <c>[rows, inputs]</c> → <c>[rows, inputs]</c>; SwiGLU with SiLU, GeGLU with GELU.
/// It names its inner values; the result is the family's to name.
/// </summary>
/// <param name="weights">Scope of <c>gate_proj</c>, <c>up_proj</c> and <c>down_proj</c>.</param>
/// <param name="inputs">Width of the stream.</param>
/// <param name="width">Width inside.</param>
/// <param name="activation">The gate's activation.</param>
/// <param name="bias">Whether the projections have biases.</param>
public sealed class GatedFeedForward(WeightScope weights, int inputs, int width, UnaryFunction activation, bool bias = false)
{
    private readonly Linear _gate = new(weights["gate_proj"], inputs, width, bias);
    private readonly Linear _up = new(weights["up_proj"], inputs, width, bias);
    private readonly Linear _down = new(weights["down_proj"], width, inputs, bias);

    /// <summary>Applies it.</summary>
    public Tensor Apply(Tensor x, ForwardContext context)
    {
        var gate = context.Name("ffn_gate", _gate.Apply(x));                                // [rows, width]
        var up = context.Name("ffn_up", _up.Apply(x));
        return _down.Apply(context.Name("ffn_act", gate.Apply(activation) * up));
    }
}
