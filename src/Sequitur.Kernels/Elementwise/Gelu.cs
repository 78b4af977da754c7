using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>½x · (1 + erf(x/√2)), the exact form (Hendrycks and Gimpel 2016, arXiv:1606.08415).</summary>
    public static UnaryFunction Gelu { get; } = new UnaryFunction<GeluFormula>("gelu", default);

    private readonly struct GeluFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => V.Broadcast(0.5f) * x * (V.Broadcast(1) + Functions.Erf(x * V.Broadcast(0.70710677f)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            // Φ(x) + x·φ(x), with φ(x) = e^(−x²/2) / √(2π).
            var cumulative = V.Broadcast(0.5f) * (V.Broadcast(1) + Functions.Erf(x * V.Broadcast(0.70710677f)));
            var density = V.Broadcast(0.3989423f) * Functions.Exp(V.Broadcast(-0.5f) * x * x);
            return V.Fma(x, density, cumulative);
        }
    }
}
