using Sequitur.Tensors;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Layers;

/// <summary>A table of rows: tokens, positions, token types.</summary>
public sealed class EmbeddingTable(WeightScope weights, int entries, int width)
{
    /// <summary>The table <c>[entries, width]</c>; a tied head multiplies with it.</summary>
    public Parameter Weight { get; } = weights.Matrix("weight", entries, width);

    /// <summary>ids <c>[rows]</c> → <c>[rows, width]</c>.</summary>
    public Tensor LookUp(Tensor ids) => ids.Embed(ids.Graph.Parameter(Weight));
}
