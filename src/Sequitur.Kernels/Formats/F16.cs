using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>IEEE 754 binary16.</summary>
[BlockFormat("F16", GgufType = 1)]
public sealed unsafe class F16() : DenseFormat("F16", 2)
{
    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        for (var i = 0; i < row.Length; i++)
        {
            BinaryPrimitives.WriteHalfLittleEndian(destination[(i * 2)..], (Half)row[i]);
        }
    }

    internal override bool IsFinite(byte* panel, int columns) => HalfBits.AreFinite(new((ushort*)panel, columns * PanelRows.Count));

    internal override void MultiplyRow(float* x, byte* panel, bool isFinite, int first, int length, float* totals, bool merge, Tier tier)
    {
        if (isFinite)
        {
            DenseChain.MultiplyRow<Element<FiniteHalves>>(x, panel, first, length, totals, merge, tier);
        }
        else
        {
            DenseChain.MultiplyRow<Element<AnyHalves>>(x, panel, first, length, totals, merge, tier);
        }
    }

    internal override void DecodeRun(byte* source, int count, float* destination, Tier tier)
    {
        switch (tier)
        {
            case Tier.V512: Widen<Sixteen>((ushort*)source, count, destination); break;
            case Tier.V256: Widen<Eight>((ushort*)source, count, destination); break;
            case Tier.V128: Widen<Four>((ushort*)source, count, destination); break;
            default: Widen<One>((ushort*)source, count, destination); break;
        }
    }

    private static void Widen<V>(ushort* source, int count, float* destination)
        where V : struct, ILanes<V>
    {
        var i = 0;
        for (; i + V.Count <= count; i += V.Count)
        {
            V.Store(destination + i, V.LoadHalf(source + i));
        }

        for (; i < count; i++)
        {
            One.Store(destination + i, One.LoadHalf(source + i));
        }
    }

    private readonly struct Element<H> : IElement
        where H : struct, IStored<ushort>
    {
        public static int Bytes => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Load<I, V>(byte* source)
            where I : struct, IIntegerLanes<I, V>
            where V : struct, ILanes<V> => H.Load<V>((ushort*)source);
    }
}
