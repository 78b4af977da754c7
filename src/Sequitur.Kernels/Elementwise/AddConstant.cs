using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Elementwise;

public static partial class Unary
{
    /// <summary>x + addend.</summary>
    public static UnaryFunction AddConstant(float addend) => new UnaryFunction<AddConstantFormula>(WithParameter("add_constant", addend), new(addend));

    private readonly struct AddConstantFormula(float addend) : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x)
            where V : struct, ILanes<V> => x + V.Broadcast(addend);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x)
            where V : struct, ILanes<V> => V.Broadcast(1);
    }
}
