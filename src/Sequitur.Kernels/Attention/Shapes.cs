using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Checks of operands with ragged rows, made when a kernel is built.</summary>
internal static class Shapes
{
    /// <exception cref="ArgumentException">The operand is absent, or of another type or width.</exception>
    public static void Check(Operand operand, int columns, ElementType type, string what)
    {
        Require.Type(operand, type, what);
        Require.Columns(operand, columns, what);
        Require.That(operand.Stride % type.RowBytes(1) == 0, $"{what}: {operand.Stride} bytes from row to row are no whole number of elements");
    }

    /// <exception cref="ArgumentException">The operands differ in rows.</exception>
    public static void SameRows(Operand a, Operand b, string what) =>
        Require.That(a.Rows == b.Rows, $"{what}: operands differ in their number of rows ({a.Rows} and {b.Rows})");
}
