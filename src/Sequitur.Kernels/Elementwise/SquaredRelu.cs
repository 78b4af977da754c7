using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>max(x, 0)² (Primer, So et al. 2021, arXiv:2109.08668).</summary>
    public static UnaryFunction SquaredRelu { get; } = new UnaryFunction<SquaredReluFormula>("squared_relu", default);

    private readonly struct SquaredReluFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V>
        {
            var positive = V.Max(x, V.Broadcast(0));
            return positive * positive;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            var positive = V.Max(x, V.Broadcast(0));
            return positive + positive;
        }
    }
}
