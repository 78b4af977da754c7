using Sequitur.Kernels.Formats.Panels;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// A format of blocks of integers with scales, seen in groups of 32 numbers (<see cref="GroupTerms"/> says what they mean). A format says how a
/// file's blocks fall into integers and scales, and which <see cref="PanelLayout"/> takes them; all arithmetic is the layout's.
/// </summary>
/// <param name="name">The name that files and users write.</param>
/// <param name="blockColumns">Numbers a block: a whole number of groups.</param>
/// <param name="blockBytes">Bytes a block.</param>
public abstract unsafe class QuantizedFormat(string name, int blockColumns, int blockBytes) : BlockFormat(name, blockColumns)
{
    /// <summary>Numbers a group.</summary>
    internal const int Group = ElementTypes.GroupSize;

    /// <summary>Bytes a block.</summary>
    public int BlockBytes { get; } = blockBytes;

    /// <inheritdoc/>
    public override bool HasIntegerPanel => true;

    /// <inheritdoc/>
    internal override int Alignment => Group;

    /// <summary>How 16 rows lie in memory.</summary>
    internal abstract PanelLayout Layout { get; }

    /// <summary>
    /// Where in a block of one group those bytes begin that a panel holds just so, behind a binary16 scale and, if the format has one, a binary16 minimum; −1 where numbers must be
    /// taken apart.
    /// </summary>
    internal virtual int WordsAt => -1;

    private int GroupsPerBlock => BlockColumns / Group;

    // What each stored integer means: of 32 calls to the layout one look-up each is left.
    private float[] Values => field ??= [.. Enumerable.Range(0, 256).Select(stored => (float)Layout.Value((byte)stored))];

    /// <inheritdoc/>
    public override long RowBytes(int columns, int plane = 0) => (long)columns / BlockColumns * BlockBytes;

    /// <summary>Reads one group of a stored block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="group">Which group of it, from 0.</param>
    /// <param name="integers">Receives the 32 stored integers, a byte each.</param>
    /// <param name="scales">Their scales.</param>
    internal abstract void Unpack(byte* block, int group, byte* integers, out GroupScales scales);

    /// <summary>Reads group <paramref name="group"/> of a row: its values and what they mean. The reference of all else.</summary>
    internal GroupTerms ReadGroup(byte* row, int group, int* values)
    {
        var integers = stackalloc byte[Group];
        var layout = Layout;
        Unpack(row + ((long)group / GroupsPerBlock * BlockBytes), group % GroupsPerBlock, integers, out var scales);
        for (var i = 0; i < Group; i++)
        {
            values[i] = layout.Value(integers[i]);
        }

        return layout.Terms(scales);
    }

    internal override long PanelBytes(int columns) => Layout.Bytes(columns / Group);

    internal override bool PackPanel(in PanelRows rows, int columns, byte* panel)
    {
        if (WordsAt >= 0)
        {
            return Layout.Move(rows, columns / Group, BlockBytes, WordsAt, panel);
        }

        var words = stackalloc uint[Group / sizeof(uint)];
        var (groups, layout) = (columns / Group, Layout);
        var isFinite = true;
        for (var row = 0; row < PanelRows.Count; row++)
        {
            var block = rows[row].Address(RowBytes(columns));
            for (var group = 0; group < groups; block += BlockBytes)
            {
                for (var part = 0; part < GroupsPerBlock; part++, group++)
                {
                    Unpack(block, part, (byte*)words, out var scales);
                    layout.Store(panel, groups, group, row, words, scales);
                    isFinite &= scales.AreFinite;
                }
            }
        }

        return isFinite;
    }

    internal override void DecodePanel(byte* panel, int columns, int first, int count, float* numbers, Tier tier) =>
        Layout.DecodeNumbers(panel, columns / Group, first / Group, count / Group, numbers, tier);

    internal override void DecodeRow(in RowPlace place, int columns, int first, int count, float* destination, Tier tier)
    {
        var row = place.Address(RowBytes(columns));
        switch (tier)
        {
            case Tier.V512: DecodeRow<Sixteen>(row, first / Group, count / Group, destination); break;
            case Tier.V256: DecodeRow<Eight>(row, first / Group, count / Group, destination); break;
            case Tier.V128: DecodeRow<Four>(row, first / Group, count / Group, destination); break;
            default: DecodeRow<One>(row, first / Group, count / Group, destination); break;
        }
    }

    private void DecodeRow<V>(byte* row, int first, int count, float* destination)
        where V : struct, ILanes<V>
    {
        const int half = Group / 2;
        var integers = stackalloc byte[Group];
        var numbers = stackalloc float[Group];
        var layout = Layout;
        var hasMinimum = layout.HasMinimum;
        fixed (float* values = Values)
        {
            for (var group = first; group < first + count; group++, destination += Group)
            {
                Unpack(row + ((long)group / GroupsPerBlock * BlockBytes), group % GroupsPerBlock, integers, out var scales);
                for (var i = 0; i < Group; i++)
                {
                    numbers[i] = values[integers[i]];
                }

                var terms = layout.Terms(scales);
                for (var i = 0; i < Group; i += V.Count)
                {
                    var value = V.Broadcast(terms.Scale * (i < half ? terms.Factor0 : terms.Factor1)) * V.Load(numbers + i);
                    var minimum = V.Broadcast(terms.Minimum * (i < half ? terms.MinimumFactor0 : terms.MinimumFactor1));
                    V.Store(destination + i, hasMinimum ? value + minimum : value);
                }
            }
        }
    }
}
