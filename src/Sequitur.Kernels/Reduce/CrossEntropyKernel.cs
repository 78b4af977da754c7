using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// Cross-entropy of each row: loss = ln Σ e^(x − max) + max − x[label]; 0 where the label is negative (no target), NaN where it is no class.
/// An item is a row.
/// </summary>
public sealed unsafe class CrossEntropyKernel : LaneKernel
{
    private readonly Operand _logits;
    private readonly Operand _labels;
    private readonly Operand _loss;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="logits">F32 <c>[rows, classes]</c>.</param>
    /// <param name="labels">I32 <c>[rows, 1]</c>.</param>
    /// <param name="loss">F32 <c>[rows, 1]</c>, in nats.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public CrossEntropyKernel(Processor processor, Operand logits, Operand labels, Operand loss)
        : base(processor)
    {
        RequireRows(logits, labels, loss, "loss");
        (_logits, _labels, _loss) = (logits, labels, loss);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _logits.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => GrainOf(_logits.Columns);

    internal static void RequireRows(Operand logits, Operand labels, Operand loss, string name)
    {
        Require.Type(logits, ElementType.F32, "logits");
        Require.Type(labels, ElementType.I32, "labels");
        Require.Type(loss, ElementType.F32, name);
        Require.Columns(labels, 1, "labels");
        Require.Columns(loss, 1, name);
        Require.Rows(labels, "labels", logits, "logits");
        Require.Rows(loss, name, logits, "logits");
    }

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            *_loss.Floats(row) = *_labels.Integers(row) < 0 ? 0 : Loss(row, Exponentials.Of(_logits.Floats(row), _logits.Columns));
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            *_loss.Floats(row) = *_labels.Integers(row) < 0 ? 0 : Loss(row, Exponentials.Of<V>(_logits.Floats(row), _logits.Columns));
        }
    }

    private float Loss(long row, (float Max, float Sum) of)
    {
        var label = *_labels.Integers(row);
        return label < _logits.Columns ? Scalar.Log(of.Sum) + of.Max - _logits.Floats(row)[label] : float.NaN;
    }
}
