using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// A format of blocks of 32 integers q with a scale d, and perhaps a minimum m: value = d·q (+ m), the product and the sum each rounded to
/// binary32.
/// </summary>
/// <param name="name">The name that files and users write.</param>
/// <param name="blockBytes">Bytes a block.</param>
public abstract unsafe class QuantizedFormat(string name, int blockBytes) : BlockFormat(name, Block)
{
    /// <summary>Numbers a block.</summary>
    internal const int Block = ElementTypes.GroupSize;

    /// <summary>Bytes of the integers of one block of 16 rows in an integer panel.</summary>
    internal const int PanelBlockBytes = Block * PanelRows.Count;

    // Blocks of a panel that are decoded to integers before they become floats: 5 KiB on the stack.
    private const int Strip = 8;

    /// <summary>Bytes a block.</summary>
    public int BlockBytes { get; } = blockBytes;

    /// <inheritdoc/>
    public override bool HasIntegerPanel => true;

    /// <summary>Whether blocks have a minimum.</summary>
    public abstract bool HasMinimum { get; }

    /// <summary>
    /// Whether all q are from 0 to 15: then sums of 16 products with signed bytes fit 16 bits, which the integer matrix product uses.
    /// </summary>
    internal abstract bool IsNibble { get; }

    /// <inheritdoc/>
    public override long RowBytes(int columns, int plane = 0) => (long)columns / Block * BlockBytes;

    /// <summary>The plain meaning of one block: its 32 integers, scale and minimum (0 where the format has none).</summary>
    internal abstract void DecodeBlock(byte* block, sbyte* q, out float scale, out float minimum);

    /// <summary>
    /// Writes the integers of one block of 16 rows to <c>panel[(k/4)·64 + row·4 + k%4]</c>: a 32-bit word holds four k of one row, a vector
    /// holds the rows, so that sums need no step across lanes. Runs on vector tiers only.
    /// </summary>
    internal abstract void TurnBlock(byte** blocks, sbyte* panel);

    /// <summary>Reads the binary16 scales (and minima) of one block of 16 rows.</summary>
    internal abstract void ReadScales(byte** blocks, ushort* scales, ushort* minima);

    /// <summary>
    /// Decodes <paramref name="count"/> blocks of 16 rows: integers as <see cref="TurnBlock"/> lays them, scales and minima as
    /// <c>[block·16 + row]</c>. The minima are undefined where the format has none.
    /// </summary>
    [SkipLocalsInit]
    internal void DecodeIntegers(in PanelRows rows, int columns, int firstBlock, int count, IntegerPanel panel, Tier tier)
    {
        var blocks = stackalloc byte*[PanelRows.Count];
        rows.Addresses(RowBytes(columns), (long)firstBlock * BlockBytes, blocks);
        for (var b = 0; b < count; b += Strip)
        {
            var length = Math.Min(Strip, count - b);
            var strip = panel.At(b);
            switch (tier)
            {
                case Tier.V512: DecodeStrip<Sixteen>(blocks, length, strip); break;
                case Tier.V256: DecodeStrip<Eight>(blocks, length, strip); break;
                case Tier.V128: DecodeStrip<Four>(blocks, length, strip); break;
                default: DecodeStrip(blocks, length, strip); break;
            }
        }
    }

    /// <summary>
    /// totals[lane] = the integer product (as <see cref="IntegerChain"/> states) of one row of x with 16 rows of weights that lie
    /// <paramref name="stride"/> bytes apart, from registers to registers. Runs on vector tiers only.
    /// </summary>
    /// <remarks>
    /// Sixteen short runs of bytes are no stream that a processor foresees, so each block asks for its share of the next panel. Measured 2026-11-25, one thread of a
    /// busy Zen 4: a decode step of SmolLM2 21.2 → 13.5 ms.
    /// </remarks>
    internal abstract void MultiplyRow(EncodedRow x, byte* rows, nint stride, int blocks, float* totals, Tier tier);

    internal override void DecodeRow(in RowPlace place, int columns, int first, int count, float* destination, Tier tier)
    {
        var block = place.Address(RowBytes(columns)) + ((long)first / Block * BlockBytes);
        switch (tier)
        {
            case Tier.V512: DecodeRun<Sixteen>(block, count, destination); break;
            case Tier.V256: DecodeRun<Eight>(block, count, destination); break;
            case Tier.V128: DecodeRun<Four>(block, count, destination); break;
            default: DecodeRun<One>(block, count, destination); break;
        }
    }

    [SkipLocalsInit]
    internal override void DecodePanel(in PanelRows rows, int columns, int first, int count, float* panel, Tier tier)
    {
        var integers = stackalloc sbyte[Strip * PanelBlockBytes];
        var scales = stackalloc float[2 * Strip * PanelRows.Count];
        var strip = new IntegerPanel(integers, scales, scales + (Strip * PanelRows.Count));
        for (var k = 0; k < count; k += Strip * Block)
        {
            var length = Math.Min(Strip, (count - k) / Block);
            DecodeIntegers(rows, columns, (first + k) / Block, length, strip, tier);
            var target = panel + ((long)k * PanelRows.Count);
            switch (tier)
            {
                case Tier.V512: Scale<IntegerSixteen, Sixteen>(strip, length, target); break;
                case Tier.V256: Scale<IntegerEight, Eight>(strip, length, target); break;
                case Tier.V128: Scale<IntegerFour, Four>(strip, length, target); break;
                default: Scale(strip, length, target); break;
            }
        }
    }

    private void DecodeRun<V>(byte* block, int count, float* destination)
        where V : struct, ILanes<V>
    {
        var q = stackalloc sbyte[Block];
        var wide = stackalloc int[Block];
        for (var k = 0; k < count; k += Block, block += BlockBytes)
        {
            DecodeBlock(block, q, out var scale, out var minimum);
            for (var i = 0; i < Block; i++)
            {
                wide[i] = q[i];
            }

            for (var i = 0; i < Block; i += V.Count)
            {
                var value = V.Broadcast(scale) * V.LoadInteger(wide + i);
                V.Store(destination + k + i, HasMinimum ? value + V.Broadcast(minimum) : value);
            }
        }
    }

    // The blocks' addresses move on as strips are decoded.
    private void DecodeStrip<V>(byte** blocks, int count, IntegerPanel panel)
        where V : struct, ILanes<V>
    {
        var halves = stackalloc ushort[2 * Strip * PanelRows.Count];
        var minima = halves + (Strip * PanelRows.Count);
        for (var b = 0; b < count; b++)
        {
            TurnBlock(blocks, panel.Integers + (b * PanelBlockBytes));
            ReadScales(blocks, halves + (b * PanelRows.Count), minima + (b * PanelRows.Count));
            for (var row = 0; row < PanelRows.Count; row++)
            {
                blocks[row] += BlockBytes;
            }
        }

        for (var i = 0; i < count * PanelRows.Count; i += V.Count)
        {
            V.Store(panel.Scales + i, V.LoadHalf(halves + i));
            if (HasMinimum)
            {
                V.Store(panel.Minima + i, V.LoadHalf(minima + i));
            }
        }
    }

    private void DecodeStrip(byte** blocks, int count, IntegerPanel panel)
    {
        var q = stackalloc sbyte[Block];
        for (var b = 0; b < count; b++)
        {
            for (var row = 0; row < PanelRows.Count; row++)
            {
                DecodeBlock(blocks[row], q, out panel.Scales[(b * PanelRows.Count) + row], out panel.Minima[(b * PanelRows.Count) + row]);
                for (var k = 0; k < Block; k++)
                {
                    panel.Integers[(b * PanelBlockBytes) + (k / 4 * 64) + (row * 4) + (k % 4)] = q[k];
                }

                blocks[row] += BlockBytes;
            }
        }
    }

    private void Scale<I, V>(IntegerPanel strip, int blocks, float* panel)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var b = 0; b < blocks; b++)
        {
            for (var lane = 0; lane < PanelRows.Count; lane += V.Count)
            {
                var scale = V.Load(strip.Scales + (b * PanelRows.Count) + lane);
                var minimum = HasMinimum ? V.Load(strip.Minima + (b * PanelRows.Count) + lane) : default;
                var source = strip.Integers + (b * PanelBlockBytes) + (lane * 4);
                var target = panel + (b * Block * PanelRows.Count) + lane;
                for (var k = 0; k < Block; k++)
                {
                    var value = scale * I.ByteToFloat(I.Load(source + (k / 4 * 64)), k % 4);
                    V.Store(target + (k * PanelRows.Count), HasMinimum ? value + minimum : value);
                }
            }
        }
    }

    private void Scale(IntegerPanel strip, int blocks, float* panel)
    {
        for (var k = 0; k < blocks * Block; k++)
        {
            for (var row = 0; row < PanelRows.Count; row++)
            {
                var scale = (k / Block * PanelRows.Count) + row;
                var value = strip.Scales[scale] * strip.Integers[(k / 4 * 64) + (row * 4) + (k % 4)];
                panel[(k * PanelRows.Count) + row] = HasMinimum ? value + strip.Minima[scale] : value;
            }
        }
    }
}

/// <summary>Where the integers, scales and minima of a decoded panel of 16 rows lie.</summary>
internal readonly unsafe struct IntegerPanel(sbyte* integers, float* scales, float* minima)
{
    public readonly sbyte* Integers = integers;
    public readonly float* Scales = scales;
    public readonly float* Minima = minima;

    public IntegerPanel At(int block) =>
        new(Integers + ((long)block * QuantizedFormat.PanelBlockBytes), Scales + (block * PanelRows.Count), Minima + (block * PanelRows.Count));

    public IntegerPanel Lane(int lane) => new(Integers + (lane * 4), Scales + lane, Minima + lane);
}
