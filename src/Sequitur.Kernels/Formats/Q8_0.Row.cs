using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

public sealed unsafe partial class Q8_0
{
    internal override void MultiplyRow(EncodedRow x, byte* rows, nint stride, int blocks, float* totals, Tier tier)
    {
        for (var lane = 0; lane < PanelRows.Count;)
        {
            var lanes = rows + (lane * stride);
            switch (tier)
            {
                case Tier.V512: lane += MultiplyRow<IntegerSixteen, Sixteen>(x, lanes, stride, blocks, totals + lane); break;
                case Tier.V256: lane += MultiplyRow<IntegerEight, Eight>(x, lanes, stride, blocks, totals + lane); break;
                default: lane += MultiplyRow<IntegerFour, Four>(x, lanes, stride, blocks, totals + lane); break;
            }
        }
    }

    // A block of V.Count rows: their d (and two bytes that are dropped), their 32 bytes turned into 2 · 4 vectors.
    private int MultiplyRow<I, V>(EncodedRow x, byte* rows, nint stride, int blocks, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var total = V.Broadcast(0);
        var words = x.Words;
        var next = rows + (PanelRows.Count * stride);
        for (var block = 0; block < blocks; block++, rows += BlockBytes, words += 16)
        {
            Prefetch.Lines(next + (block * V.Count * BlockBytes), V.Count * BlockBytes);
            var sum = I.AddIntegers(Half<I, V>(rows + 2, stride, words), Half<I, V>(rows + 18, stride, words + 4));
            total = V.Fma(I.ToFloat(sum), I.LowHalf(I.Gather(rows, stride)) * V.Broadcast(x.Scales[block]), total);
        }

        V.Store(totals, total);
        return V.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Half<I, V>(byte* rows, nint stride, int* words)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        I.Turn(rows, stride, out var a, out var b, out var c, out var d);
        var even = I.MultiplyWords(I.EvenBytes(a), I.Broadcast(words[0]));
        var odd = I.MultiplyWords(I.OddBytes(a), I.Broadcast(words[8]));
        even = I.AddIntegers(even, I.MultiplyWords(I.EvenBytes(b), I.Broadcast(words[1])));
        odd = I.AddIntegers(odd, I.MultiplyWords(I.OddBytes(b), I.Broadcast(words[9])));
        even = I.AddIntegers(even, I.MultiplyWords(I.EvenBytes(c), I.Broadcast(words[2])));
        odd = I.AddIntegers(odd, I.MultiplyWords(I.OddBytes(c), I.Broadcast(words[10])));
        even = I.AddIntegers(even, I.MultiplyWords(I.EvenBytes(d), I.Broadcast(words[3])));
        odd = I.AddIntegers(odd, I.MultiplyWords(I.OddBytes(d), I.Broadcast(words[11])));
        return I.AddIntegers(even, odd);
    }
}
