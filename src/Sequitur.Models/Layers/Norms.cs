using Sequitur.Tensors;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Layers;

/// <summary>Root-mean-square norm with a weight (Zhang and Sennrich 2019).</summary>
/// <param name="weights">Scope of <c>weight [width]</c>.</param>
/// <param name="width">Length of the last axis.</param>
/// <param name="epsilon">Added to the mean square.</param>
/// <param name="offset">Added to the weight: 1 where checkpoints store weight − 1.</param>
public sealed class RmsNormLayer(WeightScope weights, int width, double epsilon, float offset = 0)
{
    private readonly Parameter _weight = weights.Vector("weight", width);

    /// <summary>Applies it to the last axis.</summary>
    public Tensor Apply(Tensor x) => x.RmsNorm(x.Graph.Parameter(_weight), (float)epsilon, offset);
}

/// <summary>Layer norm with weight and bias (Ba et al. 2016).</summary>
/// <param name="weights">Scope of <c>weight [width]</c> and <c>bias [width]</c>.</param>
/// <param name="width">Length of the last axis.</param>
/// <param name="epsilon">Added to the variance.</param>
public sealed class LayerNormLayer(WeightScope weights, int width, double epsilon)
{
    private readonly Parameter _weight = weights.Vector("weight", width);
    private readonly Parameter _bias = weights.Vector("bias", width);

    /// <summary>Applies it to the last axis.</summary>
    public Tensor Apply(Tensor x) => x.LayerNorm(x.Graph.Parameter(_weight), x.Graph.Parameter(_bias), (float)epsilon);
}
