namespace Sequitur.Kernels.Attention;

/// <summary>
/// How the rows of a batch belong to sequences: no row is padding. The rows of a sequence are consecutive, with ascending positions;
/// the sequences of a batch may stand in any order. All operands are <see cref="ElementType.I32"/> with one column.
/// </summary>
/// <param name="Sequence">Index of the sequence that a row belongs to, <c>[rows, 1]</c>.</param>
/// <param name="Position">Position of a row in its sequence, from 0, <c>[rows, 1]</c>.</param>
/// <param name="First">First row of a sequence in this batch, <c>[sequences, 1]</c>.</param>
/// <param name="Count">Rows of a sequence in this batch, <c>[sequences, 1]</c>.</param>
/// <param name="Length">Positions that a sequence has once this batch is computed (those before it, plus its count), <c>[sequences, 1]</c>.</param>
public sealed record RaggedRows(Operand Sequence, Operand Position, Operand First, Operand Count, Operand Length)
{
    internal void Check(string what)
    {
        foreach (var operand in (ReadOnlySpan<Operand>)[Sequence, Position, First, Count, Length])
        {
            Shapes.Check(operand, 1, ElementType.I32, what);
        }

        Shapes.SameRows(Sequence, Position, what);
        Shapes.SameRows(First, Count, what);
        Shapes.SameRows(First, Length, what);
    }

    internal unsafe int SequenceOf(long row) => *Sequence.Integers(row);

    internal unsafe int PositionOf(long row) => *Position.Integers(row);

    internal unsafe int FirstOf(long sequence) => *First.Integers(sequence);

    internal unsafe int CountOf(long sequence) => *Count.Integers(sequence);

    internal unsafe int LengthOf(long sequence) => *Length.Integers(sequence);
}
