using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>IEEE 754 binary32.</summary>
[BlockFormat("F32", GgufType = 0)]
public sealed unsafe class F32() : DenseFormat("F32", 4)
{
    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        for (var i = 0; i < row.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(destination[(i * 4)..], row[i]);
        }
    }

    internal override void MultiplyRow(float* x, byte* panel, bool isFinite, int first, int length, float* totals, bool merge, Tier tier) =>
        DenseChain.MultiplyRow<Element>(x, panel, first, length, totals, merge, tier);

    internal override void DecodeRun(byte* source, int count, float* destination, Tier tier) =>
        Buffer.MemoryCopy(source, destination, (long)count * 4, (long)count * 4);

    private readonly struct Element : IElement
    {
        public static int Bytes => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Load<I, V>(byte* source)
            where I : struct, IIntegerLanes<I, V>
            where V : struct, ILanes<V> => V.Load((float*)source);
    }
}
