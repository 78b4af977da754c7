using Sequitur.Kernels;
using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Execution;

/// <summary>Numbers into and out of an executor's memory.</summary>
internal static class OperandCopy
{
    /// <summary>Copies rows out, one after the other.</summary>
    public static T[] ToArray<T>(Operand operand, long rows)
        where T : unmanaged
    {
        var result = new T[checked(rows * operand.Columns)];
        var rowBytes = operand.Type.RowBytes(operand.Columns);
        for (var row = 0L; row < rows; row++)
        {
            operand.Memory.Slice(row * operand.Stride, rowBytes).AsSpan<T>().CopyTo(result.AsSpan((int)(row * operand.Columns)));
        }

        return result;
    }

    /// <summary>Copies an array in.</summary>
    public static void Fill(Region memory, Array numbers)
    {
        switch (numbers)
        {
            case int[] integers:
                integers.CopyTo(memory.AsSpan<int>());
                break;
            case float[] floats:
                floats.CopyTo(memory.AsSpan<float>());
                break;
            default:
                throw new ArgumentException($"inputs are int[] or float[], not {numbers.GetType().Name}");
        }
    }
}
