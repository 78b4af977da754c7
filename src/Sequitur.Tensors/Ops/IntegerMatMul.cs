using Sequitur.Kernels;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Activations as 8-bit integers in groups of 32, each with a scale d = max|x| / 127 and s = d·Σq (see <see cref="ElementType.Encoded8"/>). A node of lowered graphs only.
/// </summary>
/// <param name="remainder">Whether what the integers leave is encoded too, in a second half of each row.</param>
public sealed class Encode(bool remainder = false) : Op
{
    /// <inheritdoc/>
    public override string Name => nameof(Encode) + (remainder ? "+remainder" : "");

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Shape.Columns % ElementTypes.GroupSize == 0, $"rows of whole groups of {ElementTypes.GroupSize}", inputs);
        return [new(remainder ? inputs[0].Shape.WithRow(2 * inputs[0].Shape.Columns) : inputs[0].Shape, ElementType.Encoded8)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => new EncodeKernel(binding.Processor, binding.Input(0), binding.Output());
}

/// <summary>
/// Product of encoded activations with a quantized weight: per block of 32 an exact integer sum, then one fused multiply-add with both scales (and one for the format's minimum). A node of lowered graphs only.
/// </summary>
/// <param name="precise">Whether the activations' remainder is multiplied too.</param>
/// <param name="hasBias">Whether a bias is added.</param>
/// <param name="hasResidual">Whether a residual is added.</param>
public sealed class IntegerMatMul(bool precise, bool hasBias = false, bool hasResidual = false) : Op, IMatMul
{
    /// <inheritdoc/>
    public bool HasBias => hasBias;

    /// <inheritdoc/>
    public bool HasResidual => hasResidual;

    /// <inheritdoc/>
    public override string Name => nameof(IntegerMatMul) + (precise ? "+remainder" : "") + (hasBias ? "+bias" : "") + (hasResidual ? "+residual" : "");

    /// <inheritdoc/>
    public Op With(bool bias, bool residual) => new IntegerMatMul(precise, bias, residual);

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var (x, w) = (inputs[0].Shape, inputs[1].Shape);
        Require(
            inputs[0].Type == ElementType.Encoded8 && (x.Columns == 2 * w.Columns || (x.Columns == w.Columns && !precise)),
            "encoded x [rows, inputs] (or twice as many, with remainder) and W [outputs, inputs]",
            inputs);
        return [TensorSpec.F32(x.WithRow(w[0]))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new IntegerMatMulKernel(
        b.Processor, b.Input(0), b.Panels(1), b.Output(), b.Optional(2, hasBias), b.Optional(hasBias ? 3 : 2, hasResidual), precise);

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size) =>
        (precise ? 4.0 : 2.0) * size(node.Inputs[0].Shape.Rows) * node.Inputs[1].Shape.Columns * node.Inputs[1].Shape[0];
}
