using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>How the scales of groups lie in a panel of 16 rows, and what they mean.</summary>
internal unsafe interface IPanelScales
{
    /// <summary>Groups that share a block of scales: 1, or 8 where 256 numbers share a scale.</summary>
    static abstract int Groups { get; }

    /// <summary>Bytes of such a block.</summary>
    static abstract int Bytes { get; }

    /// <summary>Whether numbers have a minimum.</summary>
    static virtual bool HasMinimum => false;

    /// <summary>Whether the first and last 16 numbers of a group have integer factors of their own.</summary>
    static virtual bool HasHalves => false;

    /// <summary>Writes the scales of one row; <paramref name="group"/> counts from the block's first.</summary>
    static abstract void Store(in GroupScales scales, byte* block, int group, int row);

    /// <summary>What stored scales mean.</summary>
    static abstract GroupTerms Terms(in GroupScales scales);

    /// <summary>What is stored of the scale of rows from <paramref name="lane"/> on, in float32: the same for all groups of a block.</summary>
    static abstract V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>;

    /// <summary>What is stored of the minimum, and its sign.</summary>
    static virtual V StoredMinimum<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => default;

    /// <summary>The scale of a group; with halves that which their factors multiply.</summary>
    static virtual V Scale<I, V>(V stored, byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => stored;

    /// <summary>The minimum of a group; with halves that which their factors multiply.</summary>
    static virtual V Minimum<I, V>(V stored, byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => stored;

    /// <summary>With halves: both factors of each row as 16-bit integers.</summary>
    static virtual I Factors<I, V>(byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => default;

    /// <summary>With halves and minima: both factors of each row's minimum as 16-bit integers.</summary>
    static virtual I MinimumFactors<I, V>(byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => default;
}
