using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// A worker's scratch memory, cut for float products: addresses of a tile of rows of x, their running totals, and a decoded panel.
/// </summary>
internal readonly unsafe struct PanelScratch
{
    /// <summary>Rows that share one decoding of a panel.</summary>
    public const int TileRows = 1024;

    /// <param name="worker">Whose memory is cut.</param>
    /// <param name="lanes">Outputs an item: 16 times the number of panels that are decoded together.</param>
    /// <param name="packed">Bytes of a panel that is packed when it is read.</param>
    public PanelScratch(Worker worker, int lanes = PanelRows.Count, long packed = 0)
    {
        Packed = worker.Scratch.Address;
        Rows = (float**)(Packed + packed);
        Pairs = (long*)(Rows + TileRows);
        Totals = (float*)(Pairs + TileRows);
        Panel = Totals + (TileRows * lanes);
    }

    /// <summary>Room for a panel that is packed when it is read.</summary>
    public byte* Packed { get; }

    /// <summary>Where the tile's rows of x begin.</summary>
    public float** Rows { get; }

    /// <summary>Which rows (of all tokens and slots) the tile's rows are, where they are picked.</summary>
    public long* Pairs { get; }

    /// <summary>Sums, <c>[row·lanes + lane]</c>.</summary>
    public float* Totals { get; }

    /// <summary>Decoded weights, <c>[k·lanes + lane]</c>.</summary>
    public float* Panel { get; }

    /// <summary>Bytes for products over <paramref name="length"/> numbers: a block's panels, or one whole row for the reference.</summary>
    public static long Bytes(long length, int lanes = PanelRows.Count) =>
        (TileRows * (sizeof(float*) + sizeof(long) + (lanes * sizeof(float)))) + (Math.Max(length, Math.Min(length, FloatChain.Block) * lanes) * sizeof(float));
}
