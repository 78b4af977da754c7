using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// The gradient of <see cref="CrossEntropyKernel"/>: dlogits[i] = dloss·(e^(x[i] − max) / Σ e^(x − max) − [i = label]); zeros where the label is
/// negative, NaN where it is no class. An item is a row.
/// </summary>
public sealed unsafe class CrossEntropyGradientKernel : LaneKernel
{
    private readonly Operand _logits;
    private readonly Operand _labels;
    private readonly Operand _dloss;
    private readonly Operand _dlogits;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="logits">F32 <c>[rows, classes]</c>.</param>
    /// <param name="labels">I32 <c>[rows, 1]</c>.</param>
    /// <param name="dloss">F32 <c>[rows, 1]</c>.</param>
    /// <param name="dlogits">F32, as logits; may be their memory.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public CrossEntropyGradientKernel(Processor processor, Operand logits, Operand labels, Operand dloss, Operand dlogits)
        : base(processor)
    {
        CrossEntropyKernel.RequireRows(logits, labels, dloss, "dloss");
        Require.SameFloats(logits, "logits", dlogits, "dlogits");
        (_logits, _labels, _dloss, _dlogits) = (logits, labels, dloss, dlogits);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _logits.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => GrainOf(_logits.Columns);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            if (!IsTarget(row, out var label))
            {
                continue;
            }

            float* x = _logits.Floats(row), dx = _dlogits.Floats(row);
            var dloss = *_dloss.Floats(row);
            var (max, sum) = Exponentials.Of(x, _logits.Columns);
            for (var i = 0; i < _logits.Columns; i++)
            {
                dx[i] = dloss * ((Scalar.Exp(x[i] - max) / sum) - (i == label ? 1 : 0));
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            if (!IsTarget(row, out var label))
            {
                continue;
            }

            float* x = _logits.Floats(row), dx = _dlogits.Floats(row);
            var dloss = *_dloss.Floats(row);
            var (max, sum) = Exponentials.Of<V>(x, _logits.Columns);
            var logit = x[label];
            Loops.Map<V, Body>(new(x, dx, max, sum, dloss), _logits.Columns);
            dx[label] = dloss * ((Scalar.Exp(logit - max) / sum) - 1);
        }
    }

    /// <summary>Whether a row has a class as its label; if not, its gradient is written here.</summary>
    private bool IsTarget(long row, out int label)
    {
        label = *_labels.Integers(row);
        if (label < 0 || label >= _logits.Columns)
        {
            new Span<float>(_dlogits.Floats(row), _logits.Columns).Fill(label < 0 ? 0 : float.NaN);
            return false;
        }

        return true;
    }

    private readonly struct Body(float* x, float* dx, float max, float sum, float dloss) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> =>
            V.Store(dx + i, V.Broadcast(dloss) * (Functions.Exp(V.Load(x + i) - V.Broadcast(max)) / V.Broadcast(sum)));
    }
}
