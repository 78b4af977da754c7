using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Numerics;

/// <summary>How stored numbers are read as float32 lanes.</summary>
/// <typeparam name="T">What they are stored as.</typeparam>
internal unsafe interface IStored<T>
    where T : unmanaged
{
    static abstract V Load<V>(T* source)
        where V : struct, ILanes<V>;
}

/// <summary>Stored as float32.</summary>
internal readonly unsafe struct Singles : IStored<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(float* source)
        where V : struct, ILanes<V> => V.Load(source);
}

/// <summary>Stored as binary16, and known to be finite.</summary>
internal readonly unsafe struct FiniteHalves : IStored<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(ushort* source)
        where V : struct, ILanes<V> => V.LoadFiniteHalf(source);
}

/// <summary>Stored as binary16, infinities and NaN among them.</summary>
internal readonly unsafe struct AnyHalves : IStored<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(ushort* source)
        where V : struct, ILanes<V> => V.LoadHalf(source);
}
