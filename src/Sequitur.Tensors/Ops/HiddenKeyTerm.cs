using Sequitur.Kernels;
using Sequitur.Kernels.Attention;

namespace Sequitur.Tensors.Ops;

/// <summary>Hides the key of one position from every query but its own: what a token's absence would do, without moving the others.</summary>
/// <param name="position">The key's position.</param>
public sealed class HiddenKeyTerm(int position) : AttentionTerm
{
    /// <inheritdoc/>
    public override ScoreTerm Bind(IReadOnlyList<Operand> tensors) => new HiddenKey(position);
}
