using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Reduce;

/// <summary>What kernels that only move numbers share: they move bytes, so all tiers run the same code.</summary>
internal static unsafe class Copying
{
    /// <exception cref="ArgumentException">The types differ, or numbers share parts of their storage.</exception>
    public static void RequireMovable(Operand x, Operand y)
    {
        Require.That(!x.IsNone && !y.IsNone && x.Type == y.Type && x.Type != ElementType.Encoded8, $"cannot move {x.Type} numbers to {y.Type}");
    }

    /// <exception cref="ArgumentException">The slice does not lie inside both operands.</exception>
    public static void RequireSlice(Operand x, Operand y, int groups, int from, int to, int count)
    {
        RequireMovable(x, y);
        Require.Rows(x, "x", y, "y");
        Require.That(groups > 0 && x.Columns % groups == 0 && y.Columns % groups == 0, $"rows of {x.Columns} and {y.Columns} columns have no {groups} equal groups");
        Require.That(
            from >= 0 && to >= 0 && count >= 0 && from <= (x.Columns / groups) - count && to <= (y.Columns / groups) - count,
            $"{count} columns from {from} to {to} lie outside groups of {x.Columns / groups} and {y.Columns / groups}");
    }

    /// <summary>Copies columns of each group of one row.</summary>
    public static void CopyGroups(Operand x, Operand y, long row, int groups, int from, int to, int count)
    {
        var size = y.Type.RowBytes(1);
        byte* source = x.Row(row) + (from * size), destination = y.Row(row) + (to * size);
        for (var group = 0; group < groups; group++)
        {
            Buffer.MemoryCopy(source, destination, count * size, count * size);
            source += x.Columns / groups * size;
            destination += y.Columns / groups * size;
        }
    }

    /// <summary>Sets all bytes of a row to 0, which is the number 0 in all types.</summary>
    public static void Clear(Operand y, long row) => new Span<byte>(y.Row(row), checked((int)y.Type.RowBytes(y.Columns))).Clear();
}
