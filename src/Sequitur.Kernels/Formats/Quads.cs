using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Formats;

/// <summary>Turning of 4 × 4 tiles of 32-bit words in 128-bit vectors: how rows become lanes, on every vector tier.</summary>
internal static unsafe class Quads
{
    /// <summary>Reads four words from each of four rows and writes word j of the rows side by side at target + j·stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(uint* first, uint* second, uint* third, uint* fourth, uint* target, int stride)
    {
        var a = Vector128.Load(first);
        var b = Vector128.Load(second);
        var c = Vector128.Load(third);
        var d = Vector128.Load(fourth);
        Turn(ref a, ref b, ref c, ref d);
        a.Store(target);
        b.Store(target + stride);
        c.Store(target + (2 * stride));
        d.Store(target + (3 * stride));
    }

    /// <summary>Turns four vectors in place: lane j of vector i and lane i of vector j change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        var ab01 = Low(a, b).AsUInt64();
        var ab23 = High(a, b).AsUInt64();
        var cd01 = Low(c, d).AsUInt64();
        var cd23 = High(c, d).AsUInt64();
        if (Sse2.IsSupported)
        {
            a = Sse2.UnpackLow(ab01, cd01).AsUInt32();
            b = Sse2.UnpackHigh(ab01, cd01).AsUInt32();
            c = Sse2.UnpackLow(ab23, cd23).AsUInt32();
            d = Sse2.UnpackHigh(ab23, cd23).AsUInt32();
            return;
        }

        a = Vector128.Create(ab01.GetLower(), cd01.GetLower()).AsUInt32();
        b = Vector128.Create(ab01.GetUpper(), cd01.GetUpper()).AsUInt32();
        c = Vector128.Create(ab23.GetLower(), cd23.GetLower()).AsUInt32();
        d = Vector128.Create(ab23.GetUpper(), cd23.GetUpper()).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Low(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> High(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
