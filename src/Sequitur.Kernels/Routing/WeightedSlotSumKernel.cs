using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Routing;

/// <summary>
/// Joins the outputs of a token's experts: sum[i] = Σ over slots of weights[slot]·y[slot, i], one chain of fused multiply-adds over ascending
/// slots from +0. An item is a token.
/// </summary>
public sealed unsafe class WeightedSlotSumKernel : LaneKernel
{
    private readonly Operand _y;
    private readonly Operand _weights;
    private readonly Operand _sum;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="y">F32 <c>[tokens, k·n]</c>.</param>
    /// <param name="weights">F32 <c>[tokens, k]</c>.</param>
    /// <param name="sum">F32 <c>[tokens, n]</c>; must not overlap y.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public WeightedSlotSumKernel(Processor processor, Operand y, Operand weights, Operand sum)
        : base(processor)
    {
        Require.Type(y, ElementType.F32, "y");
        Require.Type(weights, ElementType.F32, "weights");
        Require.Type(sum, ElementType.F32, "sum");
        Require.Rows(weights, "weights", y, "y");
        Require.Rows(sum, "sum", y, "y");
        Require.That((long)weights.Columns * sum.Columns == y.Columns, $"y has {y.Columns} columns, not {weights.Columns} slots of {sum.Columns}");
        (_y, _weights, _sum) = (y, weights, sum);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _sum.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => GrainOf(_y.Columns);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var token = first; token < end; token++)
        {
            float* y = _y.Floats(token), weights = _weights.Floats(token), sum = _sum.Floats(token);
            for (var i = 0; i < _sum.Columns; i++)
            {
                sum[i] = 0;
                for (var slot = 0; slot < _weights.Columns; slot++)
                {
                    sum[i] = MathF.FusedMultiplyAdd(weights[slot], y[(slot * _sum.Columns) + i], sum[i]);
                }
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var token = first; token < end; token++)
        {
            Loops.Map<V, Body>(new(_y.Floats(token), _weights.Floats(token), _sum.Floats(token), _weights.Columns, _sum.Columns), _sum.Columns);
        }
    }

    private readonly struct Body(float* y, float* weights, float* sum, int slots, int width) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V>
        {
            var total = V.Broadcast(0);
            for (var slot = 0; slot < slots; slot++)
            {
                total = V.Fma(V.Broadcast(weights[slot]), V.Load(y + (slot * width) + i), total);
            }

            V.Store(sum + i, total);
        }
    }
}
