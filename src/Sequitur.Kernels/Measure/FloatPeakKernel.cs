using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Measure;

/// <summary>
/// Multiply-adds that wait for nothing but one another, to find out how many a processor does: y F32 <c>[items, 192]</c>, twelve chains of 16 lanes an item, each
/// x ← ½·x + 1 so many times, from x = (column + item)/64.
/// </summary>
/// <remarks>Twelve chains hide a latency of 4 cycles at two multiply-adds a cycle, and leave registers for the two factors. Loops are compiled at once as well as they can be: measuring begins with the first run.</remarks>
public sealed unsafe class FloatPeakKernel : LaneKernel
{
    /// <summary>Numbers of an item.</summary>
    public const int Columns = 192;

    private const int Group = 16;

    private readonly Operand _y;
    private readonly int _rounds;

    /// <summary>Binds the output.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="y">Receives the numbers.</param>
    /// <param name="rounds">Multiply-adds of each number.</param>
    public FloatPeakKernel(Processor processor, Operand y, int rounds)
        : base(processor)
    {
        Require.Type(y, ElementType.F32, "y");
        Require.Columns(y, Columns, "y");
        (_y, _rounds) = (y, rounds);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    /// <summary>Operations of an item; a multiply-add is two.</summary>
    public static double OperationsOf(int rounds) => 2.0 * Columns * rounds;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var y = _y.Floats(item);
            for (var i = 0; i < Columns; i++)
            {
                y[i] = Start(i, item);
            }

            for (var round = 0; round < _rounds; round++)
            {
                for (var i = 0; i < Columns; i++)
                {
                    y[i] = MathF.FusedMultiplyAdd(y[i], 0.5f, 1);
                }
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var y = _y.Floats(item);
            for (var i = 0; i < Columns; i++)
            {
                y[i] = Start(i, item);
            }

            for (var lane = 0; lane < Group; lane += V.Count)
            {
                Chains<V>(y + lane);
            }
        }
    }

    private static float Start(int column, long item) => (column + item) / 64f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Chains<V>(float* y)
        where V : struct, ILanes<V>
    {
        var (half, one) = (V.Broadcast(0.5f), V.Broadcast(1));
        var (a, b, c, d) = (V.Load(y), V.Load(y + 16), V.Load(y + 32), V.Load(y + 48));
        var (e, f, g, h) = (V.Load(y + 64), V.Load(y + 80), V.Load(y + 96), V.Load(y + 112));
        var (i, j, k, l) = (V.Load(y + 128), V.Load(y + 144), V.Load(y + 160), V.Load(y + 176));
        for (var round = 0; round < _rounds; round++)
        {
            (a, b, c, d) = (V.Fma(a, half, one), V.Fma(b, half, one), V.Fma(c, half, one), V.Fma(d, half, one));
            (e, f, g, h) = (V.Fma(e, half, one), V.Fma(f, half, one), V.Fma(g, half, one), V.Fma(h, half, one));
            (i, j, k, l) = (V.Fma(i, half, one), V.Fma(j, half, one), V.Fma(k, half, one), V.Fma(l, half, one));
        }

        Store(y, a, b, c, d);
        Store(y + 64, e, f, g, h);
        Store(y + 128, i, j, k, l);
    }

    private static void Store<V>(float* y, V a, V b, V c, V d)
        where V : struct, ILanes<V>
    {
        V.Store(y, a);
        V.Store(y + 16, b);
        V.Store(y + 32, c);
        V.Store(y + 48, d);
    }
}
