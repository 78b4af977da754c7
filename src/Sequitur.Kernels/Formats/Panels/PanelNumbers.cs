using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>Turns decoded integers and scales into numbers, as <see cref="GroupTerms"/> states.</summary>
internal static unsafe class PanelNumbers
{
    /// <summary>numbers[column·16 + row] of <paramref name="groups"/> groups. Vector tiers only.</summary>
    public static void Write(PanelLayout layout, IntegerPanel panel, int groups, float* numbers, Tier tier)
    {
        switch (tier)
        {
            case Tier.V512: Write<IntegerSixteen, Sixteen>(layout, panel, groups, numbers); break;
            case Tier.V256: Write<IntegerEight, Eight>(layout, panel, groups, numbers); break;
            default: Write<IntegerFour, Four>(layout, panel, groups, numbers); break;
        }
    }

    private static void Write<I, V>(PanelLayout layout, IntegerPanel panel, int groups, float* numbers)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var offset = V.Broadcast(layout.NibbleOffset);
        var bytes = IntegerPanel.GroupBytes(layout.Kind);
        for (var group = 0; group < groups; group++)
        {
            for (var lane = 0; lane < PanelRows.Count; lane += V.Count)
            {
                var at = (group * PanelRows.Count) + lane;
                var scale = V.Load(panel.Scales + at);
                var integers = panel.Integers + (group * bytes) + (lane * 4);
                var target = numbers + (group * PanelLayout.Group * PanelRows.Count) + lane;
                for (var column = 0; column < PanelLayout.Group; column++)
                {
                    var value = scale * (layout.Kind == IntegerKind.Words
                        ? Word<I, V>(integers, column)
                        : I.ByteToFloat(I.Load(integers + (column / 4 * 64)), column % 4) - offset);
                    V.Store(target + (column * PanelRows.Count), layout.HasMinimum ? value + Minimum<I, V>(layout, panel, at, column) : value);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Word<I, V>(byte* integers, int column)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => Half<I, V>(I.Load(integers + (column / 4 * 128) + (column % 2 * 64)), column % 4 / 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Minimum<I, V>(PanelLayout layout, IntegerPanel panel, int at, int column)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var minimum = V.Load(panel.Minima + at);
        return layout.HasHalfMinima ? minimum * Half<I, V>(I.Load(panel.MinimumFactors + at), column / 16) : minimum;
    }

    // The 16-bit integer in the lower or upper half of every word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Half<I, V>(I words, int half)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => I.ToFloat(I.MultiplyWords(words, I.Broadcast(half == 0 ? 1 : 1 << 16)));
}
