using System.Runtime.CompilerServices;
using Sequitur.Kernels.Formats;

namespace Sequitur.Kernels.MatMul;

/// <summary>Checks of operands that all products share.</summary>
internal static class MatMulShapes
{
    /// <summary>The panels of 16 outputs that there are.</summary>
    public static long Panels(long outputs) => (outputs + PanelRows.Count - 1) / PanelRows.Count;

    /// <summary>How many items repay the taking (about 10 µs): <paramref name="work"/> multiply-adds an item and row, and as much again to decode.</summary>
    public static long Grain(long work, long rows) => Math.Max(1, 200_000 / Math.Max(1, work * (rows + 4)));

    public static void Require(bool holds, string message) => Numerics.Require.That(holds, message);

    public static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ProblemText message) => Numerics.Require.That(holds, message);

    public static void RequireMatrix(Operand operand, string name, Extent rows, long columns, ElementType type = ElementType.F32) => Require(
        !operand.IsNone && operand.Type == type && operand.Rows == rows && operand.Columns == columns,
        $"{name} is {(operand.IsNone ? "missing" : $"{operand.Type} [{Rows(operand.Rows)}, {operand.Columns}]")}; expected {type} [{Rows(rows)}, {columns}]");

    public static void RequireEpilogue(Operand y, Operand bias, Operand residual)
    {
        if (!bias.IsNone)
        {
            RequireMatrix(bias, "bias", Extent.Constant(1), y.Columns);
        }

        if (!residual.IsNone)
        {
            RequireMatrix(residual, "residual", y.Rows, y.Columns);
        }
    }

    private static string Rows(Extent rows) => rows.Symbol < 0 ? $"{rows.Factor}" : $"{rows.Factor}·size{rows.Symbol}";
}
