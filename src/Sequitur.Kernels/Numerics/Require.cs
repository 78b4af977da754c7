using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Numerics;

/// <summary>Checks of operands that kernels make when they are built.</summary>
internal static class Require
{
    /// <exception cref="ArgumentException">The condition does not hold.</exception>
    public static void That(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }

    /// <exception cref="ArgumentException">The condition does not hold.</exception>
    public static void That(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ProblemText message)
    {
        if (!condition)
        {
            throw new ArgumentException(message.Take());
        }
    }

    /// <exception cref="ArgumentException">The operand is absent or of another type.</exception>
    public static void Type(Operand operand, ElementType type, string name) =>
        That(!operand.IsNone && operand.Type == type, $"{name} must be {type}, but {(operand.IsNone ? "is absent" : $"is {operand.Type}")}");

    /// <exception cref="ArgumentException">The operands differ in rows.</exception>
    public static void Rows(Operand a, string nameOfA, Operand b, string nameOfB) =>
        That(a.Rows == b.Rows, $"{nameOfA} has {Text(a.Rows)} rows, but {nameOfB} has {Text(b.Rows)}");

    /// <exception cref="ArgumentException">The operand has another number of columns.</exception>
    public static void Columns(Operand operand, int columns, string name) =>
        That(operand.Columns == columns, $"{name} must have {columns} columns, but has {operand.Columns}");

    /// <exception cref="ArgumentException">An operand is no F32 matrix, or they differ in shape.</exception>
    public static void SameFloats(Operand a, string nameOfA, Operand b, string nameOfB)
    {
        Type(a, ElementType.F32, nameOfA);
        Type(b, ElementType.F32, nameOfB);
        Rows(a, nameOfA, b, nameOfB);
        Columns(b, a.Columns, nameOfB);
    }

    /// <exception cref="ArgumentException">The operand is no F32 row that all rows share.</exception>
    public static void Vector(Operand operand, string name)
    {
        Type(operand, ElementType.F32, name);
        That(operand.Rows == Extent.Constant(1), $"{name} must be one row, but has {Text(operand.Rows)}");
    }

    /// <exception cref="ArgumentException">The width does not divide the columns.</exception>
    public static void Groups(Operand operand, int width, string name) =>
        That(width > 0 && operand.Columns % width == 0, $"{operand.Columns} columns of {name} are no whole number of groups of {width}");

    private static string Text(Extent extent) => extent.Symbol < 0 ? $"{extent.Factor}" : $"{extent.Factor}·size {extent.Symbol}";
}
