using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// Joins matrices along their columns: with rows seen as groups, y[group] = (xs[0][group], xs[1][group], …). Moves F32, F16 and I32.
/// An item is a row.
/// </summary>
public sealed class ConcatKernel : Kernel
{
    private readonly Operand[] _xs;
    private readonly Operand _y;
    private readonly int _groups;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="xs">The parts, of one type and one number of rows.</param>
    /// <param name="y">The whole, as wide as the parts together; must not overlap them.</param>
    /// <param name="groups">Equal groups of a row, such as heads; 1 for whole rows.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public ConcatKernel(Processor processor, Operand[] xs, Operand y, int groups)
    {
        ArgumentNullException.ThrowIfNull(processor);
        ArgumentNullException.ThrowIfNull(xs);
        var columns = 0;
        foreach (var x in xs)
        {
            Copying.RequireSlice(x, y, groups, 0, columns, x.Columns / Math.Max(groups, 1));
            columns += x.Columns / groups;
        }

        Require.That(columns * groups == y.Columns, $"the parts have {columns * groups} columns, y {y.Columns}");
        (_xs, _y, _groups) = ([.. xs], y, groups);
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
            var to = 0;
            foreach (var x in _xs)
            {
                Copying.CopyGroups(x, _y, row, _groups, 0, to, x.Columns / _groups);
                to += x.Columns / _groups;
            }
        }
    }
}
