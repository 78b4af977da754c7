using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Attention;

/// <summary>Turns rows of floats into columns; moves bits only.</summary>
internal static unsafe class Transpose
{
    /// <summary>Writes <c>destination[c·step + r] = source[r·stride + c]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns(float* source, long stride, int rows, int columns, float* destination, long step)
    {
        var row = 0;
        for (; Sse.IsSupported | AdvSimd.Arm64.IsSupported && row + 4 <= rows; row += 4)
        {
            var column = 0;
            for (; column + 4 <= columns; column += 4)
            {
                Block(source + (row * stride) + column, stride, destination + (column * step) + row, step);
            }

            Plain(source + (row * stride) + column, stride, 4, columns - column, destination + (column * step) + row, step);
        }

        Plain(source + (row * stride), stride, rows - row, columns, destination + row, step);
    }

    private static void Plain(float* source, long stride, int rows, int columns, float* destination, long step)
    {
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                destination[(column * step) + row] = source[(row * stride) + column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(float* source, long stride, float* destination, long step)
    {
        var a = Vector128.Load(source);
        var b = Vector128.Load(source + stride);
        var c = Vector128.Load(source + (2 * stride));
        var d = Vector128.Load(source + (3 * stride));

        // Interleaving rows 0 with 2 and 1 with 3, and the results with each other, makes the columns.
        var (ac0, ac1) = (Low(a, c), High(a, c));
        var (bd0, bd1) = (Low(b, d), High(b, d));
        Low(ac0, bd0).Store(destination);
        High(ac0, bd0).Store(destination + step);
        Low(ac1, bd1).Store(destination + (2 * step));
        High(ac1, bd1).Store(destination + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
