namespace Sequitur.Kernels.Numerics;

/// <summary>One lane: the scalar tier, and the tails of all others.</summary>
internal readonly unsafe struct One(float value) : ILanes<One>
{
    public readonly float Value = value;

    public static int Count => 1;

    public static One Broadcast(float value) => new(value);

    public static One Load(float* source) => new(*source);

    public static void Store(float* destination, One value) => *destination = value.Value;

    public static One LoadHalf(ushort* source) => new(HalfBits.Widen(*source));

    public static One LoadFiniteHalf(ushort* source) => new(HalfBits.WidenFinite(*source));

    public static void StoreHalf(ushort* destination, One value) => *destination = HalfBits.Narrow(value.Value);

    public static One LoadByte(sbyte* source) => new(*source);

    public static One LoadInteger(int* source) => new(*source);

    public static One Fma(One a, One b, One c) => new(MathF.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    public static One Max(One a, One b) => new(MathF.Max(a.Value, b.Value));

    public static One Min(One a, One b) => new(MathF.Min(a.Value, b.Value));

    public static One Sqrt(One a) => new(MathF.Sqrt(a.Value));

    public static One Abs(One a) => new(MathF.Abs(a.Value));

    public static One Round(One a) => new(MathF.Round(a.Value, MidpointRounding.ToEven));

    public static One PowerOfTwo(One n) => new(BitConverter.Int32BitsToSingle(((int)n.Value + 127) << 23));

    public static One Exponent(One a) => new(((BitConverter.SingleToInt32Bits(a.Value) >>> 23) & 255) - 127);

    public static One Fraction(One a) => new(BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(a.Value) & 0x007FFFFF) | 0x3F800000));

    public static One LessThan(One a, One b) => Mask(a.Value < b.Value);

    public static One Equal(One a, One b) => Mask(a.Value == b.Value);

    public static One Select(One mask, One yes, One no) => BitConverter.SingleToInt32Bits(mask.Value) != 0 ? yes : no;

    public static One operator +(One a, One b) => new(a.Value + b.Value);

    public static One operator -(One a, One b) => new(a.Value - b.Value);

    public static One operator *(One a, One b) => new(a.Value * b.Value);

    public static One operator /(One a, One b) => new(a.Value / b.Value);

    public static One operator -(One a) => new(-a.Value);

    private static One Mask(bool set) => new(BitConverter.Int32BitsToSingle(set ? -1 : 0));
}
