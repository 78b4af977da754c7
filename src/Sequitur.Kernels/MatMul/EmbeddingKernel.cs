using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// y[r, :] = w[ids[r], :], decoded exactly: ids I32 <c>[rows, 1]</c>, w <c>[n, k]</c>, y <c>[rows, k]</c>. An id outside 0 … n−1 gives a row of
/// NaN (whoever takes ids from users checks them before).
/// </summary>
public sealed unsafe class EmbeddingKernel : Kernel
{
    private readonly Tier _tier;
    private readonly Operand _ids;
    private readonly Weight _w;
    private readonly Operand _y;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public EmbeddingKernel(Processor processor, Operand ids, Weight w, Operand y)
    {
        MatMulShapes.RequireMatrix(ids, "ids", y.Rows, 1, ElementType.I32);
        MatMulShapes.RequireMatrix(y, "y", ids.Rows, w.Columns);
        (_tier, _ids, _w, _y) = (processor.Tier, ids, w, y);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _ids.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => Math.Max(1, 16_384 / _w.Columns);

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            var id = *_ids.Integers(row);
            if (id < 0 || id >= _w.Rows)
            {
                new Span<float>(_y.Floats(row), _y.Columns).Fill(float.NaN);
                continue;
            }

            _w.DecodeRow(_w.Place(id), 0, _w.Columns, _y.Floats(row), _tier);
        }
    }
}
