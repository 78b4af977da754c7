namespace Sequitur.Kernels.Numerics;

/// <summary>
/// A vector of float32 lanes: what kernels are written over, once, for every tier. All operations are IEEE 754 and lane by lane, so a kernel
/// that keeps an output (or an index mod 16) in a lane gives the same bits at every width. Kernels work in groups of 16 lanes:
/// <c>for (var lane = 0; lane &lt; 16; lane += V.Count)</c>.
/// </summary>
/// <remarks>There is no horizontal sum and no estimate on purpose: their results depend on the width or the maker.</remarks>
internal unsafe interface ILanes<V>
    where V : struct, ILanes<V>
{
    /// <summary>Lanes in a vector: 1, 4, 8 or 16.</summary>
    static abstract int Count { get; }

    static abstract V Broadcast(float value);

    static abstract V Load(float* source);

    static abstract void Store(float* destination, V value);

    /// <summary>Reads <see cref="Count"/> binary16 numbers and widens them (exactly; subnormals and NaN included).</summary>
    static abstract V LoadHalf(ushort* source);

    /// <summary>As <see cref="LoadHalf"/> in half as many instructions, for finite numbers only: infinities and NaN become finite.</summary>
    static abstract V LoadFiniteHalf(ushort* source);

    /// <summary>Rounds to binary16 (ties to even) and writes.</summary>
    static abstract void StoreHalf(ushort* destination, V value);

    /// <summary>Reads <see cref="Count"/> signed bytes and converts them, exactly.</summary>
    static abstract V LoadByte(sbyte* source);

    /// <summary>Reads <see cref="Count"/> integers and converts them, rounding to even.</summary>
    static abstract V LoadInteger(int* source);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract V Fma(V a, V b, V c);

    /// <summary>The larger lane; where either is NaN, NaN.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller lane; where either is NaN, NaN.</summary>
    static abstract V Min(V a, V b);

    static abstract V Sqrt(V a);

    static abstract V Abs(V a);

    /// <summary>Rounds to the nearest integer, ties to even.</summary>
    static abstract V Round(V a);

    /// <summary>2ⁿ for integral n from −126 to 127.</summary>
    static abstract V PowerOfTwo(V n);

    /// <summary>For finite normal a the n of |a| = f·2ⁿ with f in [1, 2).</summary>
    static abstract V Exponent(V a);

    /// <summary>For finite normal a the f of |a| = f·2ⁿ with f in [1, 2).</summary>
    static abstract V Fraction(V a);

    /// <summary>All bits set where a &lt; b.</summary>
    static abstract V LessThan(V a, V b);

    /// <summary>All bits set where a = b (never for NaN).</summary>
    static abstract V Equal(V a, V b);

    /// <summary>Lanes of <paramref name="yes"/> where the mask is set, else of <paramref name="no"/>.</summary>
    static abstract V Select(V mask, V yes, V no);

    static abstract V operator +(V a, V b);

    static abstract V operator -(V a, V b);

    static abstract V operator *(V a, V b);

    static abstract V operator /(V a, V b);

    static abstract V operator -(V a);
}
