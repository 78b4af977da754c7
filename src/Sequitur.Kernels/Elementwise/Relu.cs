using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>max(x, 0); its slope at 0 is 0. NaN stays NaN.</summary>
    public static UnaryFunction Relu { get; } = new UnaryFunction<ReluFormula>("relu", default);

    private readonly struct ReluFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => V.Max(x, V.Broadcast(0));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V> => V.Select(V.LessThan(V.Broadcast(0), x), V.Broadcast(1), V.Broadcast(0));
    }
}
