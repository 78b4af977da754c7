using System.Globalization;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>Hides the key of one position, in every layer and head, from every query but its own.</summary>
/// <param name="position">The position.</param>
public sealed class HideKey(int position) : GraphRewrite
{
    /// <inheritdoc/>
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"hide key {position}");

    /// <inheritdoc/>
    public override Graph Apply(Graph source)
    {
        var changed = 0;
        var graph = GraphCopy.Of(source, (copy, node, inputs) =>
        {
            if (node.Op is not Attention attention)
            {
                return null;
            }

            changed++;
            return copy.Target.Add(attention.With(new HiddenKeyTerm(position)), inputs).Outputs;
        });
        return changed > 0 ? graph : throw new NotSupportedException("nothing can be masked: the model has no attention");
    }
}
