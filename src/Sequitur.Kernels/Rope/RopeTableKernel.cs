using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Rope;

/// <summary>
/// Cosines and sines of rotary positions (Su et al. 2021), one set of frequencies a sequence: <c>angle = fl32(position · frequency)</c>;
/// a row holds n cosines, then n sines, each times the sequence's scale. An item is a row.
/// </summary>
public sealed unsafe class RopeTableKernel : Kernel
{
    private readonly RaggedRows _rows;
    private readonly Operand _frequencies;
    private readonly Operand _scale;
    private readonly Operand _table;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier; all tiers run the same code, since a plan computes one table for all layers.</param>
    /// <param name="rows">Sequences and positions of the rows.</param>
    /// <param name="frequencies">Radians a position, <c>[sequences, n]</c>.</param>
    /// <param name="scale">What cosines and sines are multiplied with, <c>[sequences, 1]</c>.</param>
    /// <param name="table">The result, <c>[rows, 2n]</c>.</param>
    /// <exception cref="ArgumentException">The operands' shapes differ.</exception>
    public RopeTableKernel(Processor processor, RaggedRows rows, Operand frequencies, Operand scale, Operand table)
    {
        _ = processor;
        rows.Check("rows of the rotary table");
        Shapes.Check(frequencies, frequencies.Columns, ElementType.F32, "rotary frequencies");
        Shapes.Check(scale, 1, ElementType.F32, "rotary scale");
        Shapes.Check(table, checked(2 * frequencies.Columns), ElementType.F32, "rotary table");
        Shapes.SameRows(rows.First, frequencies, "rotary frequencies");
        Shapes.SameRows(rows.First, scale, "rotary scale");
        Shapes.SameRows(rows.Sequence, table, "rotary table");
        (_rows, _frequencies, _scale, _table) = (rows, frequencies, scale, table);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _table.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => Math.Max(1, 1024 / Math.Max(1, _frequencies.Columns));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            var sequence = _rows.SequenceOf(row);
            var position = (float)_rows.PositionOf(row);
            var scale = *_scale.Floats(sequence);
            var frequencies = _frequencies.Floats(sequence);
            var cosines = _table.Floats(row);
            var sines = cosines + _frequencies.Columns;
            for (var i = 0; i < _frequencies.Columns; i++)
            {
                Scalar.SinCos(position * frequencies[i], out var sin, out var cos);
                cosines[i] = cos * scale;
                sines[i] = sin * scale;
            }
        }
    }
}
