using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>A worker's scratch memory, cut for integer products.</summary>
internal readonly unsafe struct IntegerScratch
{
    private const int Tile = PanelScratch.TileRows;

    public IntegerScratch(Worker worker)
    {
        Rows = (EncodedRow*)worker.Scratch.Address;
        Pairs = (long*)(Rows + Tile);
        Totals = (float*)(Pairs + Tile);
        Wide = (int*)(Totals + (Tile * PanelRows.Count));
        var scales = (float*)(Wide + IntegerChain.WideWords);
        var minima = scales + (IntegerChain.Chunk * PanelRows.Count);
        Panel = new((sbyte*)(minima + (IntegerChain.Chunk * PanelRows.Count)), scales, minima);
    }

    /// <summary>Bytes in total.</summary>
    public static long Bytes =>
        (Tile * (sizeof(EncodedRow) + sizeof(long) + (PanelRows.Count * sizeof(float)))) + (IntegerChain.WideWords * sizeof(int))
        + (IntegerChain.Chunk * ((2 * PanelRows.Count * sizeof(float)) + QuantizedFormat.PanelBlockBytes));

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
