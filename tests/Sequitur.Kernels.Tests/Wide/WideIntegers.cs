using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.Wide;

/// <summary>The integers beside <see cref="WideLanes"/>: two times eight words.</summary>
internal readonly unsafe struct WideIntegers(IntegerEight low, IntegerEight high) : IIntegerLanes<WideIntegers, WideLanes>
{
    private const int Half = 8;

    private readonly IntegerEight _low = low;
    private readonly IntegerEight _high = high;

    public static WideIntegers Load(void* source) => new(IntegerEight.Load(source), IntegerEight.Load((int*)source + Half));

    public static void Store(void* target, WideIntegers value)
    {
        IntegerEight.Store(target, value._low);
        IntegerEight.Store((int*)target + Half, value._high);
    }

    public static WideIntegers Broadcast(int word) => Both(IntegerEight.Broadcast(word));

    public static WideIntegers BroadcastAt(int* words, nint index) => Both(IntegerEight.BroadcastAt(words, index));

    public static WideIntegers LoadPairs(sbyte* source) => new(IntegerEight.LoadPairs(source), IntegerEight.LoadPairs(source + (2 * Half)));

    public static WideIntegers LoadBytes(sbyte* source) => new(IntegerEight.LoadBytes(source), IntegerEight.LoadBytes(source + Half));

    public static WideIntegers LoadWords(ushort* source) => new(IntegerEight.LoadWords(source), IntegerEight.LoadWords(source + Half));

    public static WideIntegers LoadTable(sbyte* source) => Both(IntegerEight.LoadTable(source));

    public static WideIntegers LookUp(WideIntegers table, WideIntegers indices) =>
        new(IntegerEight.LookUp(table._low, indices._low), IntegerEight.LookUp(table._high, indices._high));

    public static WideIntegers MultiplyBytes(WideIntegers unsigned, WideIntegers signed) =>
        new(IntegerEight.MultiplyBytes(unsigned._low, signed._low), IntegerEight.MultiplyBytes(unsigned._high, signed._high));

    public static WideIntegers Magnitudes(WideIntegers bytes) => new(IntegerEight.Magnitudes(bytes._low), IntegerEight.Magnitudes(bytes._high));

    public static WideIntegers MultiplySigned(WideIntegers magnitudes, WideIntegers bytes, WideIntegers x) =>
        new(IntegerEight.MultiplySigned(magnitudes._low, bytes._low, x._low), IntegerEight.MultiplySigned(magnitudes._high, bytes._high, x._high));

    public static WideIntegers MultiplyWords(WideIntegers a, WideIntegers b) =>
        new(IntegerEight.MultiplyWords(a._low, b._low), IntegerEight.MultiplyWords(a._high, b._high));

    public static WideIntegers MultiplyLow(WideIntegers a, WideIntegers b) =>
        new(IntegerEight.MultiplyLow(a._low, b._low), IntegerEight.MultiplyLow(a._high, b._high));

    public static WideIntegers EvenBytes(WideIntegers bytes) => new(IntegerEight.EvenBytes(bytes._low), IntegerEight.EvenBytes(bytes._high));

    public static WideIntegers OddBytes(WideIntegers bytes) => new(IntegerEight.OddBytes(bytes._low), IntegerEight.OddBytes(bytes._high));

    public static WideIntegers AddWords(WideIntegers a, WideIntegers b) =>
        new(IntegerEight.AddWords(a._low, b._low), IntegerEight.AddWords(a._high, b._high));

    public static WideIntegers AddIntegers(WideIntegers a, WideIntegers b) =>
        new(IntegerEight.AddIntegers(a._low, b._low), IntegerEight.AddIntegers(a._high, b._high));

    public static WideIntegers SubtractBytes(WideIntegers a, WideIntegers b) =>
        new(IntegerEight.SubtractBytes(a._low, b._low), IntegerEight.SubtractBytes(a._high, b._high));

    public static WideIntegers SubtractWords(WideIntegers a, WideIntegers b) =>
        new(IntegerEight.SubtractWords(a._low, b._low), IntegerEight.SubtractWords(a._high, b._high));

    public static WideIntegers And(WideIntegers a, WideIntegers b) => new(IntegerEight.And(a._low, b._low), IntegerEight.And(a._high, b._high));

    public static WideIntegers Or(WideIntegers a, WideIntegers b) => new(IntegerEight.Or(a._low, b._low), IntegerEight.Or(a._high, b._high));

    public static WideIntegers ShiftLeft(WideIntegers words, int count) =>
        new(IntegerEight.ShiftLeft(words._low, count), IntegerEight.ShiftLeft(words._high, count));

    public static WideIntegers ShiftRight(WideIntegers words, int count) =>
        new(IntegerEight.ShiftRight(words._low, count), IntegerEight.ShiftRight(words._high, count));

    public static WideLanes ToFloat(WideIntegers integers) => new(IntegerEight.ToFloat(integers._low), IntegerEight.ToFloat(integers._high));

    public static WideLanes AsFloat(WideIntegers words) => new(IntegerEight.AsFloat(words._low), IntegerEight.AsFloat(words._high));

    public static WideLanes ByteToFloat(WideIntegers words, int index) =>
        new(IntegerEight.ByteToFloat(words._low, index), IntegerEight.ByteToFloat(words._high, index));

    private static WideIntegers Both(IntegerEight value) => new(value, value);
}
