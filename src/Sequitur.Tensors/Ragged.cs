using Sequitur.Kernels;
using Sequitur.Kernels.Attention;

namespace Sequitur.Tensors;

/// <summary>
/// A ragged dimension of a batch: rows that belong to sequences. Its five inputs are named after it: <c>{name}.sequence</c>, <c>{name}.position</c>
/// <c>[rows]</c>; <c>{name}.first</c>, <c>{name}.count</c>, <c>{name}.length</c> <c>[sequences]</c>.
/// </summary>
/// <param name="Name">The dimension's name: <c>tokens</c>, <c>source_tokens</c>, <c>patches</c>.</param>
/// <param name="Sequence">Which sequence a row belongs to.</param>
/// <param name="Position">The row's position in its sequence.</param>
/// <param name="First">First row of each sequence in this batch.</param>
/// <param name="Count">Rows of each sequence in this batch.</param>
/// <param name="Length">Positions that each sequence has after this batch.</param>
public sealed record Ragged(string Name, Tensor Sequence, Tensor Position, Tensor First, Tensor Count, Tensor Length)
{
    /// <summary>The dimension over sequences, which all ragged dimensions of a graph share.</summary>
    public const string Sequences = "sequences";

    /// <summary>Number of tensors in <see cref="Tensors"/>.</summary>
    public const int TensorCount = 5;

    /// <summary>The five tensors, as inputs of an operation.</summary>
    public IReadOnlyList<Tensor> Tensors => [Sequence, Position, First, Count, Length];

    /// <summary>The ragged dimension of a name in a graph; its inputs are declared at the first use.</summary>
    public static Ragged In(Graph graph, string name) => new(
        name,
        graph.Input($"{name}.sequence", new Shape(name), ElementType.I32),
        graph.Input($"{name}.position", new Shape(name), ElementType.I32),
        graph.Input($"{name}.first", new Shape(Sequences), ElementType.I32),
        graph.Input($"{name}.count", new Shape(Sequences), ElementType.I32),
        graph.Input($"{name}.length", new Shape(Sequences), ElementType.I32));

    /// <summary>The five inputs, in their order, where they lie.</summary>
    internal static RaggedRows Bind(Func<int, Operand> input) => new(input(0), input(1), input(2), input(3), input(4));
}
