using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// A weight as panels of 16 rows whose outputs are lanes: what matrix products read. Panels are packed once into memory of their own, or, where memory is
/// short, each time that they are read, from the stored bytes. Bits do not depend on which.
/// </summary>
public sealed unsafe class WeightPanels
{
    private readonly long _groupRows;
    private Region _memory;
    private volatile bool _hasSpecials;

    /// <summary>The panels of a weight, not packed yet: each is packed when it is read.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="groups">Groups of equally many rows (experts) that begin a panel of their own.</param>
    /// <exception cref="ArgumentException">The rows are no whole number of groups.</exception>
    public WeightPanels(Weight weight, int groups = 1)
    {
        if (groups < 1 || weight.Rows % groups != 0)
        {
            throw new ArgumentException($"a weight of {weight.Rows} rows is no stack of {groups} experts", nameof(groups));
        }

        Weight = weight;
        _groupRows = weight.Rows / groups;
        PanelsPerGroup = (_groupRows + PanelRows.Count - 1) / PanelRows.Count;
        Count = PanelsPerGroup * groups;
        PanelBytes = weight.Format.PanelBytes(weight.Columns);
    }

    /// <summary>The weight as it is stored.</summary>
    public Weight Weight { get; }

    /// <summary>How many panels there are.</summary>
    public long Count { get; }

    /// <summary>Panels of one group of rows.</summary>
    public long PanelsPerGroup { get; }

    /// <summary>Bytes of a panel.</summary>
    public long PanelBytes { get; }

    /// <summary>Bytes of all panels.</summary>
    public long Bytes => checked(Count * PanelBytes);

    /// <summary>Whether the panels have memory of their own.</summary>
    public bool IsPacked => !_memory.IsEmpty;

    /// <summary>Whether all binary16 numbers in the panels, scales and weights, are known to be finite: those are widened in half as many instructions.</summary>
    internal bool IsFinite => IsPacked && !_hasSpecials;

    /// <summary>Scratch memory that a reader needs.</summary>
    internal long ScratchBytes => IsPacked ? 0 : PanelBytes;

    /// <summary>A weight whose panels are packed each time that they are read.</summary>
    public static implicit operator WeightPanels(Weight weight) => new(weight);

    /// <summary>The bytes of a panel.</summary>
    /// <param name="index">Which one.</param>
    /// <param name="scratch">Memory of <see cref="ScratchBytes"/>, aligned to 64 bytes.</param>
    internal byte* Panel(long index, byte* scratch)
    {
        if (IsPacked)
        {
            return _memory.Address + (index * PanelBytes);
        }

        PackInto(index, scratch);
        return scratch;
    }

    /// <summary>Packs panels [first, end) into their places in memory of <see cref="Bytes"/>.</summary>
    internal void Pack(Region memory, long first, long end)
    {
        for (var index = first; index < end; index++)
        {
            if (!PackInto(index, memory.Address + (index * PanelBytes)))
            {
                _hasSpecials = true;
            }
        }
    }

    /// <summary>Reads the panels from memory where all of them are packed.</summary>
    internal void Use(Region memory) => _memory = memory;

    private bool PackInto(long index, byte* target)
    {
        var row = index % PanelsPerGroup * PanelRows.Count;
        return Weight.PackPanel((index / PanelsPerGroup * _groupRows) + row, (int)Math.Min(PanelRows.Count, _groupRows - row), target);
    }
}
