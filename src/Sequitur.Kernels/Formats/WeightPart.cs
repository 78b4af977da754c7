using System.Runtime.CompilerServices;
using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Formats;

/// <summary>One stored tensor that a <see cref="Weight"/> takes rows from.</summary>
public sealed unsafe class WeightPart
{
    private readonly Region[] _planes;

    /// <summary>Names the bytes of a stored tensor.</summary>
    /// <param name="planes">A region for each of the format's <see cref="BlockFormat.Planes"/>.</param>
    /// <param name="rows">Rows (outputs) that the tensor has.</param>
    public WeightPart(ReadOnlySpan<Region> planes, long rows)
    {
        _planes = planes.ToArray();
        Rows = rows;
    }

    /// <summary>A tensor of one plane.</summary>
    public WeightPart(Region blocks, long rows)
        : this([blocks], rows)
    {
    }

    /// <summary>The bytes of each plane.</summary>
    public ReadOnlySpan<Region> Planes => _planes;

    /// <summary>Rows (outputs) that the tensor has.</summary>
    public long Rows { get; }

    internal byte* Address(int plane = 0) => _planes[plane].Address;
}

/// <summary>Where a logical row lies: in which part, and as which of its stored rows.</summary>
internal readonly record struct RowPlace(WeightPart Part, long Row)
{
    public unsafe byte* Address(long rowBytes) => Part.Address() + (Row * rowBytes);
}

/// <summary>The places of the 16 rows of a panel. Where a panel has fewer, its first row stands in: those lanes are computed and dropped.</summary>
[InlineArray(Count)]
internal struct PanelRows
{
    public const int Count = 16;

    private RowPlace _first;
}
