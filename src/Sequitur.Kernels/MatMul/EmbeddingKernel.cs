using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// y[r, :] = w[ids[r], :], decoded exactly: ids I32 <c>[rows, 1]</c>, w <c>[n, k]</c>, y <c>[rows, k]</c>. An id outside 0 … n−1 gives a row of
/// NaN (whoever takes ids from users checks them before).
/// </summary>
public sealed unsafe class EmbeddingKernel : Kernel
{
    // A row of a table that was read from a file brings its neighbours with it, some 64 KiB.
    private const int RowsBeforeForgetting = 16;

    private readonly Tier _tier;
    private readonly Operand _ids;
    private readonly Weight _w;
    private readonly Operand _y;
    private readonly bool _forgets;
    private long _rowsSinceForgotten;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The processor.</param>
    /// <param name="ids">Rows to look up.</param>
    /// <param name="w">The table.</param>
    /// <param name="y">The rows.</param>
    /// <param name="forgets">Whether nobody else reads the table where it is stored, so that the system may have the memory back that its mapped pages take (<see cref="Weight.Forget"/>).</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public EmbeddingKernel(Processor processor, Operand ids, Weight w, Operand y, bool forgets = false)
    {
        MatMulShapes.RequireMatrix(ids, "ids", y.Rows, 1, ElementType.I32);
        MatMulShapes.RequireMatrix(y, "y", ids.Rows, w.Columns);
        (_tier, _ids, _w, _y, _forgets) = (processor.Tier, ids, w, y, forgets);
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

        if (_forgets && Interlocked.Add(ref _rowsSinceForgotten, end - first) >= RowsBeforeForgetting)
        {
            _rowsSinceForgotten = 0;
            _w.Forget();
        }
    }
}
