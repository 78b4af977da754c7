using Sequitur.Tensors;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Layers;

/// <summary>x·Wᵀ (+ bias): x <c>[rows, inputs]</c> → <c>[rows, outputs]</c>.</summary>
public sealed class Linear
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    /// <summary>Opens <c>weight [outputs, inputs]</c> and, if wanted, <c>bias [outputs]</c> of a scope.</summary>
    public Linear(WeightScope weights, int inputs, int outputs, bool bias = false)
        : this(weights.Matrix("weight", outputs, inputs), weights.Optional("bias", outputs, bias))
    {
    }

    /// <summary>A projection of given weights (a tied head).</summary>
    public Linear(Parameter weight, Parameter? bias = null)
    {
        _weight = weight;
        _bias = bias;
    }

    /// <summary>A projection whose checkpoint stores <c>[inputs, outputs]</c> (GPT-2's Conv1D).</summary>
    public static Linear Conv1D(WeightScope weights, int inputs, int outputs) =>
        new(weights.Transposed("weight", outputs, inputs), weights.Vector("bias", outputs));

    /// <summary>Applies it.</summary>
    public Tensor Apply(Tensor x)
    {
        var y = x.MatMul(x.Graph.Parameter(_weight));
        return _bias is null ? y : y + x.Graph.Parameter(_bias);
    }
}
