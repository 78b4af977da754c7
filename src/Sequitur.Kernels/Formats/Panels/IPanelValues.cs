using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>What the stored integers of a format mean: signed bytes, integers from 0 with an offset, or indices of a table.</summary>
internal unsafe interface IPanelValues
{
    /// <summary>The largest stored integer; 0 where they are signed bytes.</summary>
    static abstract int Largest { get; }

    /// <summary>What is taken off stored integers.</summary>
    static virtual int Offset => 0;

    /// <summary>Whether stored integers are indices.</summary>
    static virtual bool HasTable => false;

    /// <summary>Sixteen values that stored integers index; null where they are the values.</summary>
    static virtual sbyte* Table => null;
}

/// <summary>Signed bytes.</summary>
internal readonly struct Signed : IPanelValues
{
    public static int Largest => 0;
}

/// <summary>0 … 3.</summary>
internal readonly struct UpTo3 : IPanelValues
{
    public static int Largest => 3;
}

/// <summary>0 … 3 for −1 … 2; of a ternary format only 0 … 2 mean anything.</summary>
internal readonly struct Ternary : IPanelValues
{
    public static int Largest => 3;

    public static int Offset => 1;
}

/// <summary>0 … 7 for −4 … 3.</summary>
internal readonly struct UpTo7Less4 : IPanelValues
{
    public static int Largest => 7;

    public static int Offset => 4;
}

/// <summary>0 … 15.</summary>
internal readonly struct UpTo15 : IPanelValues
{
    public static int Largest => 15;
}

/// <summary>0 … 15 for −8 … 7.</summary>
internal readonly struct UpTo15Less8 : IPanelValues
{
    public static int Largest => 15;

    public static int Offset => 8;
}

/// <summary>0 … 31.</summary>
internal readonly struct UpTo31 : IPanelValues
{
    public static int Largest => 31;
}

/// <summary>0 … 31 for −16 … 15.</summary>
internal readonly struct UpTo31Less16 : IPanelValues
{
    public static int Largest => 31;

    public static int Offset => 16;
}

/// <summary>0 … 63 for −32 … 31.</summary>
internal readonly struct UpTo63Less32 : IPanelValues
{
    public static int Largest => 63;

    public static int Offset => 32;
}

/// <summary>The sixteen unevenly spaced values of ggml's IQ4_NL and IQ4_XS.</summary>
internal readonly unsafe struct NonLinear : IPanelValues
{
    public static int Largest => 15;

    public static bool HasTable => true;

    public static sbyte* Table => PanelTable.Address([-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]);
}

/// <summary>The sixteen values of 4-bit floats with two bits of exponent and one of fraction (E2M1, OCP Microscaling Formats 1.0), doubled.</summary>
internal readonly unsafe struct FourBitFloats : IPanelValues
{
    public static int Largest => 15;

    public static bool HasTable => true;

    public static sbyte* Table => PanelTable.Address([0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]);
}

internal static unsafe class PanelTable
{
    /// <summary>The address of a table that lies in the program's own image, and so never moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static sbyte* Address(ReadOnlySpan<sbyte> table) => (sbyte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(table));
}
