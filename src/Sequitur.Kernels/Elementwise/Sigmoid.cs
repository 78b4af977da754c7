using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>σ(x) = 1 / (1 + e⁻ˣ).</summary>
    public static UnaryFunction Sigmoid { get; } = new UnaryFunction<SigmoidFormula>("sigmoid", default);

    private readonly struct SigmoidFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => Functions.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            var s = Functions.Sigmoid(x);
            return s * (V.Broadcast(1) - s);
        }
    }
}
