using Sequitur.Kernels;

namespace Sequitur.Tensors;

/// <summary>A symbolic value: what a node of a graph puts out. It holds no numbers; executors decide where they live.</summary>
public sealed class Tensor
{
    internal Tensor(Node node, int index, Shape shape, ElementType type)
    {
        Node = node;
        Index = index;
        Shape = shape;
        Type = type;
    }

    /// <summary>The node that computes the value.</summary>
    public Node Node { get; }

    /// <summary>Which of the node's outputs it is.</summary>
    public int Index { get; }

    /// <summary>Lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>How a row is stored.</summary>
    public ElementType Type { get; }

    /// <summary>The name by which the value can be traced (<c>layers.3.attn_norm</c>), if it has one.</summary>
    public string? Name { get; internal set; }

    /// <summary>The graph that the value belongs to.</summary>
    public Graph Graph => Node.Graph;

    /// <summary>
    /// Whether this stands for something done (a cache written) and not for numbers; it orders what must come later.
    /// </summary>
    public bool IsEffect => Shape.Columns == 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Name ?? $"%{Node.Id}{(Index > 0 ? $".{Index}" : "")}"} {Type} {Shape}";
}
