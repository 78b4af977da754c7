using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>factor · x.</summary>
    public static UnaryFunction Scale(float factor) => new UnaryFunction<ScaleFormula>(WithParameter("scale", factor), new(factor), factor);

    private readonly struct ScaleFormula(float factor) : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => V.Broadcast(factor) * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V> => V.Broadcast(factor);
    }
}
