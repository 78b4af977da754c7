using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>½x · (1 + tanh(√(2/π) · (x + 0.044715·x³))): the approximation of arXiv:1606.08415 (<c>gelu_new</c>, <c>gelu_pytorch_tanh</c>).</summary>
    public static UnaryFunction GeluTanh { get; } = new UnaryFunction<GeluTanhFormula>("gelu_tanh", default);

    private readonly struct GeluTanhFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V>
        {
            var inner = V.Broadcast(0.7978846f) * V.Fma(V.Broadcast(0.044715f) * x * x, x, x);
            return V.Broadcast(0.5f) * x * (V.Broadcast(1) + Functions.Tanh(inner));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V>
        {
            // With u the argument of tanh: ½(1 + tanh u) + ½x · (1 − tanh² u) · u′.
            var square = x * x;
            var t = Functions.Tanh(V.Broadcast(0.7978846f) * V.Fma(V.Broadcast(0.044715f) * square, x, x));
            var inner = V.Broadcast(0.7978846f) * V.Fma(V.Broadcast(0.134145f), square, V.Broadcast(1));
            var half = V.Broadcast(0.5f);
            return V.Fma(half * x * (V.Broadcast(1) - (t * t)), inner, half * (V.Broadcast(1) + t));
        }
    }
}
