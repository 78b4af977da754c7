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

    public PanelScratch(Worker worker)
    {
        var address = worker.Scratch.Address;
        Rows = (float**)address;
        Outputs = Rows + TileRows;
        Totals = (float*)(Outputs + TileRows);
        Panel = Totals + (TileRows * PanelRows.Count);
    }

    /// <summary>Where the tile's rows of x begin.</summary>
    public float** Rows { get; }

    /// <summary>Where the tile's rows of y begin.</summary>
    public float** Outputs { get; }

    /// <summary>Sums, <c>[row·16 + lane]</c>.</summary>
    public float* Totals { get; }

    /// <summary>Decoded weights, <c>[k·16 + lane]</c>.</summary>
    public float* Panel { get; }

    /// <summary>Bytes for products over <paramref name="length"/> numbers: a block's panel, or one whole row for the reference.</summary>
    public static long Bytes(long length, int lanes = PanelRows.Count) =>
        (TileRows * ((2 * sizeof(float*)) + (PanelRows.Count * sizeof(float)))) + (Math.Max(length, Math.Min(length, FloatChain.Block) * lanes) * sizeof(float));
}
