using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>eˣ.</summary>
    public static UnaryFunction Exp { get; } = new UnaryFunction<ExpFormula>("exp", default);

    private readonly struct ExpFormula : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => Functions.Exp(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V> => Functions.Exp(x);
    }
}
