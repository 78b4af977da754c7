using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>cap · tanh(x/cap): logits pressed into (−cap, cap) (Gemma 2, arXiv:2408.00118).</summary>
    public static UnaryFunction SoftCap(float cap) => new UnaryFunction<SoftCapFormula>(WithParameter("soft_cap", cap), new(cap));

    private readonly struct SoftCapFormula(float cap) : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => V.Broadcast(cap) * Functions.Tanh(x / V.Broadcast(cap));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            var t = Functions.Tanh(x / V.Broadcast(cap));
            return V.Broadcast(1) - (t * t);
        }
    }
}
