using Sequitur.Kernels;
using Sequitur.Kernels.Attention;

namespace Sequitur.Tensors.Ops;

/// <summary>Something that changes attention scores after they are scaled: a bias by distance, a soft cap. One file each.</summary>
public abstract class AttentionTerm
{
    /// <summary>The tensors that the term reads; they become inputs of the attention.</summary>
    public virtual IReadOnlyList<Tensor> Tensors => [];

    /// <summary>The kernel's form of the term, with its tensors bound.</summary>
    public abstract ScoreTerm Bind(IReadOnlyList<Operand> tensors);
}

/// <summary>Caps scores smoothly: s = cap · tanh(s / cap) (Gemma 2).</summary>
public sealed class SoftCapTerm(float cap) : AttentionTerm
{
    /// <inheritdoc/>
    public override ScoreTerm Bind(IReadOnlyList<Operand> tensors) => new SoftCap(cap);
}

/// <summary>T5's bias by bucketed distance (Raffel et al. 2020): table <c>[buckets, heads]</c>.</summary>
public sealed class RelativeBiasTerm(Tensor table, int maxDistance, bool bidirectional) : AttentionTerm
{
    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Tensors => [table];

    /// <inheritdoc/>
    public override ScoreTerm Bind(IReadOnlyList<Operand> tensors) => new RelativeBias(tensors[0], table.Shape[0], maxDistance, bidirectional);
}
