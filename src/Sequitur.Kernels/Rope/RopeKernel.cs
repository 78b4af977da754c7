using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Rope;

/// <summary>
/// Rotates pairs of columns of every head by the row's angles (Su et al. 2021):
/// <c>y_a = fma(x_a, cos, −(x_b·sin)), y_b = fma(x_b, cos, x_a·sin)</c>; the other columns are copied. An item is a row.
/// </summary>
public sealed unsafe class RopeKernel : LaneKernel
{
    private readonly Operand _x;
    private readonly Operand _table;
    private readonly Operand _y;
    private readonly int _headDim;
    private readonly int _first;
    private readonly int _half;
    private readonly RopeLayout _layout;
    private readonly bool _inverse;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="x">What is rotated, <c>[rows, heads·head_dim]</c>.</param>
    /// <param name="table">Cosines, then sines, <c>[rows, rotary_dim]</c>; see <see cref="RopeTableKernel"/>.</param>
    /// <param name="y">The result, shaped as <paramref name="x"/>; may be the same memory.</param>
    /// <param name="headDim">Columns of a head.</param>
    /// <param name="first">First rotated column of a head.</param>
    /// <param name="rotaryDim">Rotated columns of a head; even.</param>
    /// <param name="layout">Which columns make a pair.</param>
    /// <param name="inverse">Whether to rotate back (the gradient): the sine's sign is turned.</param>
    /// <exception cref="ArgumentException">The operands' shapes or the columns do not fit.</exception>
    public RopeKernel(Processor processor, Operand x, Operand table, Operand y, int headDim, int first, int rotaryDim, RopeLayout layout, bool inverse)
        : base(processor)
    {
        if (headDim < 1 || first < 0 || rotaryDim < 0 || rotaryDim % 2 != 0 || rotaryDim > headDim - first || x.Columns % headDim != 0)
        {
            throw new ArgumentException($"columns {first} to {first}+{rotaryDim} of heads of {headDim} cannot be rotated in rows of {x.Columns}");
        }

        Shapes.Check(x, x.Columns, ElementType.F32, "rotary input");
        Shapes.Check(y, x.Columns, ElementType.F32, "rotary output");
        Shapes.Check(table, rotaryDim, ElementType.F32, "rotary table");
        Shapes.SameRows(x, y, "rotary output");
        Shapes.SameRows(x, table, "rotary table");
        (_x, _table, _y, _headDim) = (x, table, y, headDim);
        (_first, _half, _layout, _inverse) = (first, rotaryDim / 2, layout, inverse);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _x.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => GrainOf(_x.Columns);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker) => Lanes<One>(sizes, first, end, worker);

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            float* x = _x.Floats(row), y = _y.Floats(row), cosines = _table.Floats(row);
            for (var column = 0; column < _x.Columns; column += _headDim)
            {
                Head<V>(x + column, y + column, cosines);
            }
        }
    }

    private void Head<V>(float* x, float* y, float* cosines)
        where V : struct, ILanes<V>
    {
        if (x != y)
        {
            var end = _first + (2 * _half);
            new ReadOnlySpan<float>(x, _first).CopyTo(new(y, _first));
            new ReadOnlySpan<float>(x + end, _headDim - end).CopyTo(new(y + end, _headDim - end));
        }

        x += _first;
        y += _first;
        if (_layout == RopeLayout.Neighbours)
        {
            Neighbours(x, y, cosines);
            return;
        }

        Pairs<V>(x, y, cosines, 0);
    }

    private void Pairs<V>(float* x, float* y, float* cosines, int start)
        where V : struct, ILanes<V>
    {
        var i = start;
        for (; i + V.Count <= _half; i += V.Count)
        {
            var (a, b) = (V.Load(x + i), V.Load(x + _half + i));
            var cos = V.Load(cosines + i);
            var sin = V.Load(cosines + _half + i);
            sin = _inverse ? -sin : sin;
            V.Store(y + i, V.Fma(a, cos, -(b * sin)));
            V.Store(y + _half + i, V.Fma(b, cos, a * sin));
        }

        if (i < _half)
        {
            Pairs<One>(x, y, cosines, i);
        }
    }

    // Neighbouring columns would have to be taken apart to stand in lanes; few models have them, and their rotation is little work.
    private void Neighbours(float* x, float* y, float* cosines)
    {
        for (var i = 0; i < _half; i++)
        {
            var (a, b) = (x[2 * i], x[(2 * i) + 1]);
            var cos = cosines[i];
            var sin = _inverse ? -cosines[_half + i] : cosines[_half + i];
            y[2 * i] = MathF.FusedMultiplyAdd(a, cos, -(b * sin));
            y[(2 * i) + 1] = MathF.FusedMultiplyAdd(b, cos, a * sin);
        }
    }
}
