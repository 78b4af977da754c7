using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Recurrent;

/// <summary>
/// RWKV-4's linear attention (Peng et al. 2023), per channel over the tokens of a sequence, with the largest exponent kept apart so that
/// nothing overflows. With w = −exp(time_decay), u = time_first and the state (a, b, m) = (0, 0, −10³⁸) before position 0:
/// <code>
/// M = max(m, u + k);  e = exp(m − M);  f = exp((u + k) − M);  y = fma(e, a, f·v) / fma(e, b, f)
/// M = max(m + w, k);  e = exp((m + w) − M);  f = exp(k − M);  a = fma(e, a, f·v);  b = fma(e, b, f);  m = M
/// </code>
/// An item is 16 channels of a sequence: tokens go one after another, so chunked equals whole to the bit.
/// </summary>
public sealed unsafe class WkvKernel : LaneKernel
{
    /// <summary>Numbers kept per channel: numerator, denominator and largest exponent (all numerators first).</summary>
    public const int StatePerChannel = 3;

    private const int Block = 16;
    private const float Lowest = -1e38f;

    private readonly Operand _k;
    private readonly Operand _v;
    private readonly Operand _decay;
    private readonly Operand _first;
    private readonly RaggedRows _rows;
    private readonly StateSlot? _state;
    private readonly Operand _y;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="k">Keys, <c>[rows, n]</c>.</param>
    /// <param name="v">Values, <c>[rows, n]</c>.</param>
    /// <param name="decay">The parameter time_decay, <c>[1, n]</c>.</param>
    /// <param name="first">The parameter time_first: what the present token's key is raised by, <c>[1, n]</c>.</param>
    /// <param name="rows">How the rows belong to sequences.</param>
    /// <param name="state">Where 3n numbers are kept; without it all sequences begin in this batch.</param>
    /// <param name="y">The result, <c>[rows, n]</c>; may be the memory of <paramref name="k"/> or <paramref name="v"/>.</param>
    /// <exception cref="ArgumentException">The operands' shapes differ, or the state does not fit its page.</exception>
    public WkvKernel(
        Processor processor, Operand k, Operand v, Operand decay, Operand first, RaggedRows rows, StateSlot? state, Operand y)
        : base(processor)
    {
        rows.Check("rows of the recurrence");
        foreach (var operand in (ReadOnlySpan<Operand>)[k, v, y])
        {
            Shapes.Check(operand, k.Columns, ElementType.F32, "keys, values and output of the recurrence");
            Shapes.SameRows(operand, rows.Sequence, "keys, values and output of the recurrence");
        }

        foreach (var operand in (ReadOnlySpan<Operand>)[decay, first])
        {
            Require.Vector(operand, "decay and bonus of the recurrence");
            Require.Columns(operand, k.Columns, "decay and bonus of the recurrence");
        }

        state?.Check(rows, (long)StatePerChannel * k.Columns);
        (_k, _v, _decay, _first, _rows, _state, _y) = (k, v, decay, first, rows, state, y);
    }

    private long Blocks => (_k.Columns + Block - 1) / Block;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _rows.First.Rows.In(sizes) * Blocks;

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker) => Lanes<One>(sizes, first, end, worker);

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var sequence = item / Blocks;
            var channel = (int)(item % Blocks) * Block;
            var last = Math.Min(channel + Block, _k.Columns);
            for (; channel + V.Count <= last; channel += V.Count)
            {
                Channels<V>(sequence, channel);
            }

            for (; channel < last; channel++)
            {
                Channels<One>(sequence, channel);
            }
        }
    }

    private void Channels<V>(long sequence, int channel)
        where V : struct, ILanes<V>
    {
        long row = _rows.FirstOf(sequence);
        var end = row + _rows.CountOf(sequence);
        if (row == end)
        {
            return;
        }

        var n = _k.Columns;
        var state = _state is null ? null : _state.State(sequence) + channel;
        V numerator = default, denominator = default;
        var top = V.Broadcast(Lowest);
        if (state is not null && _rows.PositionOf(row) != 0)
        {
            (numerator, denominator, top) = (V.Load(state), V.Load(state + n), V.Load(state + n + n));
        }

        var decay = -Functions.Exp(V.Load(_decay.Floats(0) + channel));
        var bonus = V.Load(_first.Floats(0) + channel);
        for (; row < end; row++)
        {
            var key = V.Load(_k.Floats(row) + channel);
            var value = V.Load(_v.Floats(row) + channel);
            var raised = bonus + key;
            var max = V.Max(top, raised);
            var (old, now) = (Functions.Exp(top - max), Functions.Exp(raised - max));
            V.Store(_y.Floats(row) + channel, V.Fma(old, numerator, now * value) / V.Fma(old, denominator, now));

            var decayed = top + decay;
            top = V.Max(decayed, key);
            (old, now) = (Functions.Exp(decayed - top), Functions.Exp(key - top));
            numerator = V.Fma(old, numerator, now * value);
            denominator = V.Fma(old, denominator, now);
        }

        if (state is not null)
        {
            V.Store(state, numerator);
            V.Store(state + n, denominator);
            V.Store(state + n + n, top);
        }
    }
}
