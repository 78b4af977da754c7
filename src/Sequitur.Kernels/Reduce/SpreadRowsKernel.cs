using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>Repeats one row in every row of the result; where the result is wider, also along its columns.</summary>
public sealed unsafe class SpreadRowsKernel : Kernel
{
    private readonly Operand _x;
    private readonly Operand _y;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">Copies are the same on all.</param>
    /// <param name="x">One row <c>[1, n]</c>.</param>
    /// <param name="y"><c>[rows, groups·n]</c>.</param>
    public SpreadRowsKernel(Processor processor, Operand x, Operand y)
    {
        _ = processor;
        if (y.Columns % x.Columns != 0)
        {
            throw new ArgumentException($"a row of {x.Columns} numbers does not divide rows of {y.Columns}");
        }

        _x = x;
        _y = y;
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var source = new ReadOnlySpan<float>(_x.Floats(0), _x.Columns);
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < _y.Columns; column += _x.Columns)
            {
                source.CopyTo(new Span<float>(_y.Floats(row) + column, _x.Columns));
            }
        }
    }
}
