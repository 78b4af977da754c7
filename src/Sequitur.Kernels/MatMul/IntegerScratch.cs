using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Formats.Panels;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>A worker's scratch memory, cut for integer products.</summary>
internal readonly unsafe struct IntegerScratch
{
    private const int Tile = PanelScratch.TileRows;

    /// <param name="worker">Whose memory is cut.</param>
    /// <param name="packed">Bytes of a panel that is packed when it is read.</param>
    public IntegerScratch(Worker worker, long packed)
    {
        Packed = worker.Scratch.Address;
        Rows = (EncodedRow*)(Packed + packed);
        Pairs = (long*)(Rows + Tile);
        Totals = (float*)(Pairs + Tile);
        Wide = (int*)(Totals + (Tile * PanelRows.Count));
        Panel = IntegerPanel.Cut((byte*)(Wide + IntegerChain.WideWords), IntegerChain.Chunk);
    }

    /// <summary>Bytes in total, without <see cref="Packed"/>.</summary>
    public static long Bytes =>
        (Tile * (sizeof(EncodedRow) + sizeof(long) + (PanelRows.Count * sizeof(float)))) + (IntegerChain.WideWords * sizeof(int))
        + IntegerPanel.Bytes(IntegerChain.Chunk);

    /// <summary>Room for a panel that is packed when it is read.</summary>
    public byte* Packed { get; }

    /// <summary>The tile's rows of x.</summary>
    public EncodedRow* Rows { get; }

    /// <summary>Which rows (of all tokens and slots) the tile's rows are, where they are picked.</summary>
    public long* Pairs { get; }

    /// <summary>Sums, <c>[row·16 + lane]</c>.</summary>
    public float* Totals { get; }

    /// <summary>Room for widened rows of x.</summary>
    public int* Wide { get; }

    /// <summary>Decoded weights.</summary>
    public IntegerPanel Panel { get; }
}
