namespace Sequitur.Tensors.Execution;

/// <summary>What the values of one graph are in another that is made of it.</summary>
internal static class TensorMap
{
    /// <summary>The values of the other graph, in the same order.</summary>
    /// <exception cref="KeyNotFoundException">One is not made yet.</exception>
    public static Tensor[] Of(this Dictionary<Tensor, Tensor> map, IReadOnlyList<Tensor> tensors)
    {
        var mapped = new Tensor[tensors.Count];
        for (var i = 0; i < mapped.Length; i++)
        {
            mapped[i] = map[tensors[i]];
        }

        return mapped;
    }
}
