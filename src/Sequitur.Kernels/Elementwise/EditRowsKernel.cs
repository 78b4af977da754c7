using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Elementwise;

/// <summary>Applies a <see cref="RowEdit"/>; an item is a row. Product and sum round one after the other. Interventions are rare, so one plain loop serves all processors.</summary>
public sealed unsafe class EditRowsKernel : Kernel
{
    private readonly Operand _x;
    private readonly Operand _positions;
    private readonly Operand _y;
    private readonly RowEdit _edit;

    /// <summary>Binds the kernel.</summary>
    /// <param name="x">The values, F32.</param>
    /// <param name="positions">Each row's position, I32; none where the edit is of all rows.</param>
    /// <param name="y">The changed values, F32 of x's shape; may be the memory of x.</param>
    /// <param name="edit">What is changed.</param>
    /// <exception cref="ArgumentException">The operands do not fit one another or the edit.</exception>
    public EditRowsKernel(Operand x, Operand positions, Operand y, RowEdit edit)
    {
        Require.SameFloats(x, "x", y, "y");
        edit.Check(x.Columns);
        if (edit.Positions is not null && (positions.IsNone || positions.Type != ElementType.I32 || positions.Columns != 1))
        {
            throw new ArgumentException("an edit at positions needs the position of each row");
        }

        (_x, _positions, _y, _edit) = (x, positions, y, edit);
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
            var y = new Span<float>(_y.Floats(row), _y.Columns);
            new ReadOnlySpan<float>(_x.Floats(row), _x.Columns).CopyTo(y);
            var place = _edit.Positions is null ? 0 : Array.BinarySearch(_edit.Positions, *_positions.Integers(row));
            if (place >= 0)
            {
                Edit(y.Slice(_edit.FirstColumn, _edit.Columns), _edit.IsPerPosition ? place : 0);
            }
        }
    }

    private void Edit(Span<float> y, int place)
    {
        var addend = _edit.Addend is { } all ? all.AsSpan(place * y.Length, y.Length) : default;
        if (_edit.Scale == 0 && !addend.IsEmpty)
        {
            addend.CopyTo(y); // not 0 + addend: a negative zero stays one
            return;
        }

        for (var i = 0; i < y.Length; i++)
        {
            var scaled = _edit.Scale == 0 ? 0 : y[i] * _edit.Scale;
            y[i] = addend.IsEmpty ? scaled : scaled + addend[i];
        }
    }
}
