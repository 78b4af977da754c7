using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>x · σ(1.702·x): the approximation of GELU that CLIP and GPT-1 variants use.</summary>
    public static UnaryFunction QuickGelu { get; } = new UnaryFunction<QuickGeluFormula>("quick_gelu", default);

    private readonly struct QuickGeluFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => x * Functions.Sigmoid(V.Broadcast(1.702f) * x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            var s = Functions.Sigmoid(V.Broadcast(1.702f) * x);
            return s * V.Fma(V.Broadcast(1.702f) * x, V.Broadcast(1) - s, V.Broadcast(1));
        }
    }
}
