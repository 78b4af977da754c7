using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>tanh x.</summary>
    public static UnaryFunction Tanh { get; } = new UnaryFunction<TanhFormula>("tanh", default);

    private readonly struct TanhFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => Functions.Tanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            var t = Functions.Tanh(x);
            return V.Broadcast(1) - (t * t);
        }
    }
}
