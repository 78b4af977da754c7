using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// y[r] = x[indices[r]]; a row of zeros where the index lies outside x. Moves F32, F16 and I32. An item is a row of y.
/// </summary>
public sealed unsafe class GatherRowsKernel : Kernel
{
    private readonly Operand _x;
    private readonly Operand _indices;
    private readonly Operand _y;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">The rows to choose from.</param>
    /// <param name="indices">I32 <c>[rows, 1]</c>.</param>
    /// <param name="y">The chosen rows <c>[rows, columns]</c>, of x's type.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public GatherRowsKernel(Processor processor, Operand x, Operand indices, Operand y)
    {
        ArgumentNullException.ThrowIfNull(processor);
        Copying.RequireMovable(x, y);
        Require.Columns(y, x.Columns, "y");
        Require.Type(indices, ElementType.I32, "indices");
        Require.Columns(indices, 1, "indices");
        Require.Rows(indices, "indices", y, "y");
        (_x, _indices, _y) = (x, indices, y);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => Math.Max(1, 32768 / Math.Max(1, _y.Columns));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var bytes = _y.Type.RowBytes(_y.Columns);
        for (var row = first; row < end; row++)
        {
            long index = *_indices.Integers(row);
            if (index >= 0 && index < _x.Rows.In(sizes))
            {
                Buffer.MemoryCopy(_x.Row(index), _y.Row(row), bytes, bytes);
            }
            else
            {
                Copying.Clear(_y, row);
            }
        }
    }
}
