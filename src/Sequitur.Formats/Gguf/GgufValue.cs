using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;
using Sequitur.Kernels.Memory;

namespace Sequitur.Formats.Gguf;

/// <summary>A metadata value. It stays in the mapped file and is decoded when it is asked for, so it must not outlive its file.</summary>
public sealed class GgufValue
{
    private readonly Region _data;
    private readonly bool _isBigEndian;
    private readonly GgufStrings? _strings;
    private readonly GgufValue[]? _arrays;

    private GgufValue(GgufValueType type, GgufValueType elementType, int count, Region data, bool isBigEndian, GgufStrings? strings = null, GgufValue[]? arrays = null)
    {
        Type = type;
        ElementType = elementType;
        Count = count;
        _data = data;
        _isBigEndian = isBigEndian;
        _strings = strings;
        _arrays = arrays;
    }

    /// <summary>What kind of value it is.</summary>
    public GgufValueType Type { get; }

    /// <summary>The kind of the elements of an array; of other values, <see cref="Type"/>.</summary>
    public GgufValueType ElementType { get; }

    /// <summary>How many elements an array has; of other values, 1.</summary>
    public int Count { get; }

    /// <summary>The bytes of a string; of a number or an array of numbers, the bytes as stored.</summary>
    public ReadOnlySpan<byte> Bytes => _data.AsSpan<byte>();

    /// <summary>The elements of an array of strings, else null.</summary>
    public GgufStrings? Strings => _strings;

    /// <summary>The elements of an array of arrays, else null.</summary>
    public IReadOnlyList<GgufValue>? Arrays => _arrays;

    /// <summary>Whether the bytes of numbers have their highest byte first.</summary>
    internal bool IsBigEndian => _isBigEndian;

    private bool IsScalar => Type != GgufValueType.Array;

    /// <summary>The text of a string; what is not UTF-8 becomes U+FFFD.</summary>
    public bool TryGetString([NotNullWhen(true)] out string? value)
    {
        value = Type == GgufValueType.String ? Encoding.UTF8.GetString(Bytes) : null;
        return value is not null;
    }

    /// <summary>A true or false.</summary>
    public bool TryGetBool(out bool value)
    {
        value = Type == GgufValueType.Bool && Bytes[0] != 0;
        return Type == GgufValueType.Bool;
    }

    /// <summary>An integer of any stored width.</summary>
    public bool TryGetInteger(out Int128 value)
    {
        value = IsScalar && IsInteger(ElementType) ? Integer(0) : 0;
        return IsScalar && IsInteger(ElementType);
    }

    /// <summary>A floating-point number of either width.</summary>
    public bool TryGetFloat(out double value)
    {
        value = IsScalar && IsFloat(ElementType) ? Float(0) : 0;
        return IsScalar && IsFloat(ElementType);
    }

    /// <summary>The elements of an array of integers, of any stored width.</summary>
    /// <returns>False where the value is something else, or an element does not fit into the type.</returns>
    public bool TryGetIntegers<T>([NotNullWhen(true)] out T[]? values)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        values = null;
        if (IsScalar || !IsInteger(ElementType))
        {
            return false;
        }

        var (least, most) = (Int128.CreateChecked(T.MinValue), Int128.CreateChecked(T.MaxValue));
        var found = new T[Count];
        for (var i = 0; i < found.Length; i++)
        {
            var value = Integer(i);
            if (value < least || value > most)
            {
                return false;
            }

            found[i] = T.CreateTruncating(value);
        }

        values = found;
        return true;
    }

    /// <summary>The elements of an array of floating-point numbers.</summary>
    public bool TryGetFloats([NotNullWhen(true)] out double[]? values)
    {
        values = null;
        if (!IsScalar && IsFloat(ElementType))
        {
            values = new double[Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Float(i);
            }
        }

        return values is not null;
    }

    /// <summary>
    /// The value as <see cref="Tensors.Weights.ModelConfig"/> wants it: a boolean, a long (a double where it does not fit one), a double, a string, or a list of such.
    /// </summary>
    public object ToObject()
    {
        if (Type == GgufValueType.String)
        {
            return Encoding.UTF8.GetString(Bytes);
        }

        if (IsScalar)
        {
            return Element(0);
        }

        var items = new object[Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = _strings is not null ? _strings[i] : _arrays is not null ? _arrays[i].ToObject() : Element(i);
        }

        return items;
    }

    /// <summary>Kind and value, shortened.</summary>
    public override string ToString() => Type switch
    {
        GgufValueType.String => Quoting.Quote(Encoding.UTF8.GetString(Bytes)),
        GgufValueType.Array => $"{Count} × {ElementType}",
        _ => FormattableString.Invariant($"{ToObject()}"),
    };

    internal static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    internal static GgufValue OfString(Region data) => new(GgufValueType.String, GgufValueType.String, 1, data, false);

    internal static GgufValue OfScalar(GgufValueType type, Region data, bool isBigEndian) => new(type, type, 1, data, isBigEndian);

    internal static GgufValue OfArray(GgufValueType type, int count, Region data, bool isBigEndian) =>
        new(GgufValueType.Array, type, count, data, isBigEndian);

    internal static GgufValue OfStrings(GgufStrings strings) =>
        new(GgufValueType.Array, GgufValueType.String, strings.Count, default, false, strings);

    internal static GgufValue OfArrays(GgufValue[] arrays) =>
        new(GgufValueType.Array, GgufValueType.Array, arrays.Length, default, false, null, arrays);

    private static bool IsFloat(GgufValueType type) => type is GgufValueType.Float32 or GgufValueType.Float64;

    private static bool IsInteger(GgufValueType type) => !IsFloat(type) && type is not (GgufValueType.Bool or GgufValueType.String or GgufValueType.Array);

    private object Element(int index)
    {
        if (IsFloat(ElementType))
        {
            return Float(index);
        }

        if (ElementType == GgufValueType.Bool)
        {
            return Bytes[index] != 0;
        }

        var value = Integer(index);
        return value <= long.MaxValue ? (object)(long)value : (double)value;
    }

    private ulong Bits(int index)
    {
        var size = SizeOf(ElementType);
        var bytes = Bytes.Slice(index * size, size);
        return size switch
        {
            1 => bytes[0],
            2 => _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => _isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
    }

    private Int128 Integer(int index)
    {
        var bits = Bits(index);
        return ElementType switch
        {
            GgufValueType.Int8 => (sbyte)bits,
            GgufValueType.Int16 => (short)bits,
            GgufValueType.Int32 => (int)bits,
            GgufValueType.Int64 => (long)bits,
            _ => bits,
        };
    }

    private double Float(int index) => ElementType == GgufValueType.Float32
        ? BitConverter.UInt32BitsToSingle((uint)Bits(index))
        : BitConverter.UInt64BitsToDouble(Bits(index));
}
