using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>bfloat16: the upper half of a binary32.</summary>
[BlockFormat("BF16", GgufType = 30)]
public sealed unsafe class BF16() : DenseFormat("BF16", 2)
{
    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        for (var i = 0; i < row.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(i * 2)..], Round(row[i]));
        }
    }

    internal override void MultiplyRow(float* x, byte* panel, bool isFinite, int first, int length, float* totals, bool merge, Tier tier) =>
        DenseChain.MultiplyRow<Element>(x, panel, first, length, totals, merge, tier);

    internal override void DecodeRun(byte* source, int count, float* destination, Tier tier)
    {
        var halves = (ushort*)source;
        var i = 0;
        for (; tier != Tier.Scalar && i + 8 <= count; i += 8)
        {
            var (low, high) = Vector128.Widen(Vector128.Load(halves + i));
            (low << 16).Store((uint*)destination + i);
            (high << 16).Store((uint*)destination + i + 4);
        }

        for (; i < count; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }

    // Ties to even; a NaN stays one even if all its upper bits are zero.
    private static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private readonly struct Element : IElement
    {
        public static int Bytes => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Load<I, V>(byte* source)
            where I : struct, IIntegerLanes<I, V>
            where V : struct, ILanes<V> => I.AsFloat(I.ShiftLeft(I.LoadWords((ushort*)source), 16));
    }
}
