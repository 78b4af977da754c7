using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

public sealed unsafe partial class Q4_1
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

    // A block of V.Count rows: their (d, m) words, their 16 bytes turned into 4 vectors, 8 products of nibbles in two chains.
    private int MultiplyRow<I, V>(EncodedRow x, byte* rows, nint stride, int blocks, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var total = V.Broadcast(0);
        var words = x.Words;
        var next = rows + (PanelRows.Count * stride);
        for (var block = 0; block < blocks; block++, rows += BlockBytes, words += 8)
        {
            Prefetch.Lines(next + (block * V.Count * BlockBytes), V.Count * BlockBytes);
            I.Turn(rows + 4, stride, out var a, out var b, out var c, out var d);
            var low = I.MultiplyNibbles(I.LowNibbles(a), I.Broadcast(words[0]));
            var high = I.MultiplyNibbles(I.HighNibbles(a), I.Broadcast(words[4]));
            low = I.AddWords(low, I.MultiplyNibbles(I.LowNibbles(b), I.Broadcast(words[1])));
            high = I.AddWords(high, I.MultiplyNibbles(I.HighNibbles(b), I.Broadcast(words[5])));
            low = I.AddWords(low, I.MultiplyNibbles(I.LowNibbles(c), I.Broadcast(words[2])));
            high = I.AddWords(high, I.MultiplyNibbles(I.HighNibbles(c), I.Broadcast(words[6])));
            low = I.AddWords(low, I.MultiplyNibbles(I.LowNibbles(d), I.Broadcast(words[3])));
            high = I.AddWords(high, I.MultiplyNibbles(I.HighNibbles(d), I.Broadcast(words[7])));
            var sum = I.MultiplyWords(I.AddWords(low, high), I.Broadcast(0x00010001));
            var scales = I.Gather(rows, stride);
            total = V.Fma(I.ToFloat(sum), I.LowHalf(scales) * V.Broadcast(x.Scales[block]), total);
            total = V.Fma(I.HighHalf(scales), V.Broadcast(x.Sums[block]), total);
        }

        V.Store(totals, total);
        return V.Count;
    }
}
