using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>x · σ(x), also called swish (Elfwing et al. 2017, arXiv:1702.03118).</summary>
    public static UnaryFunction Silu { get; } = new UnaryFunction<SiluFormula>("silu", default);

    private readonly struct SiluFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => x * Functions.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            var s = Functions.Sigmoid(x);
            return s * V.Fma(x, V.Broadcast(1) - s, V.Broadcast(1)); // σ·(1 + x·(1 − σ))
        }
    }
}
