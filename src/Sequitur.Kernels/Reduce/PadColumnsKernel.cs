using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// As <see cref="CopyColumnsKernel"/>, with zeros in all other columns of y: the gradient of a slice, where x is the gradient after the slice
/// (<c>from</c> = 0) and <c>to</c> is where the slice began. An item is a row.
/// </summary>
public sealed class PadColumnsKernel : Kernel
{
    private readonly Operand _x;
    private readonly Operand _y;
    private readonly int _groups;
    private readonly int _from;
    private readonly int _to;
    private readonly int _count;

    /// <summary>Binds the kernel; parameters as in <see cref="CopyColumnsKernel"/>.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">The source.</param>
    /// <param name="y">The destination, of x's type and rows; must not overlap x.</param>
    /// <param name="groups">Equal groups of a row.</param>
    /// <param name="from">First column copied of each group of x.</param>
    /// <param name="to">First column of the copy in each group of y.</param>
    /// <param name="count">Columns copied of each group.</param>
    /// <exception cref="ArgumentException">The operands do not fit, or the slice lies outside them.</exception>
    public PadColumnsKernel(Processor processor, Operand x, Operand y, int groups, int from, int to, int count)
    {
        ArgumentNullException.ThrowIfNull(processor);
        Copying.RequireSlice(x, y, groups, from, to, count);
        (_x, _y, _groups, _from, _to, _count) = (x, y, groups, from, to, count);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => Math.Max(1, 32768 / Math.Max(1, _y.Columns));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            Copying.Clear(_y, row);
            Copying.CopyGroups(_x, _y, row, _groups, _from, _to, _count);
        }
    }
}
