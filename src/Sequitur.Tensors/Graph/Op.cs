using System.Runtime.CompilerServices;
using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors;

/// <summary>Shape and type of a value.</summary>
public sealed record TensorSpec(Shape Shape, ElementType Type)
{
    /// <summary>A float32 value.</summary>
    public static TensorSpec F32(Shape shape) => new(shape, ElementType.F32);
}

/// <summary>
/// An operation: its meaning, shape rule, kernels, gradient, lowering and cost, all in one file. Attributes (an epsilon, a mask) are its fields; what it reads are a node's inputs.
/// </summary>
public abstract class Op
{
    /// <summary>The operation's name in printed graphs.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>
    /// Whether each row of the outputs depends on the same row of the inputs alone (and on weights), and the kernel's items are these rows:
    /// such operations can be chained row by row.
    /// </summary>
    public virtual bool IsRowWise => false;

    /// <summary>Checks the inputs and says what comes out.</summary>
    /// <exception cref="ArgumentException">The shapes or types do not fit; the message names them.</exception>
    public abstract IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs);

    /// <summary>The kernel that computes a node of this operation in the given buffers.</summary>
    public abstract Kernel Bind(Binding binding);

    /// <summary>Whether the output is only another view of the first input's memory; then <see cref="Bind"/> is never called.</summary>
    public virtual bool IsView => false;

    /// <summary>The output as a view of the first input.</summary>
    public virtual Operand View(Operand input, Tensor output) => throw new InvalidOperationException($"{Name} is no view");

    /// <summary>
    /// Appends the operation to the lowered graph, with every numerical choice as a node of its own. By default it is its own lowered form.
    /// </summary>
    /// <param name="lowering">The lowered graph and the choices.</param>
    /// <param name="node">The node in the original graph.</param>
    /// <param name="inputs">Its inputs in the lowered graph.</param>
    public virtual IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) =>
        lowering.Target.Add(this, inputs).Outputs;

    /// <summary>
    /// Appends the backward operations: given the loss's gradient with respect to each output (null where there is none), the gradients with respect to each input (null where none is asked for).
    /// </summary>
    public virtual IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        throw new NotSupportedException($"{Name} has no gradient rule yet");

    /// <summary>Floating-point operations for given sizes; the planner's and the profiler's measure.</summary>
    public virtual double Flops(Node node, Func<Dimension, long> size) =>
        node.Outputs.Sum(t => (double)size(t.Shape.Rows) * t.Shape.Columns);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Throws the error of a shape rule.</summary>
    protected void Require(bool condition, string rule, IReadOnlyList<Tensor> inputs)
    {
        if (!condition)
        {
            throw new ArgumentException($"{Name} needs {rule}, and got {string.Join("; ", inputs)}");
        }
    }

    /// <inheritdoc cref="Require(bool, string, IReadOnlyList{Tensor})"/>
    protected void Require(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ProblemText rule, IReadOnlyList<Tensor> inputs) =>
        Require(condition, condition ? "" : rule.Take(), inputs);
}
