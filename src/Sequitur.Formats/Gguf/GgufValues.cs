using System.Buffers.Binary;
using System.Text;
using Sequitur.Kernels.Memory;

namespace Sequitur.Formats.Gguf;

/// <summary>Makes metadata values that stand in no file yet.</summary>
public static class GgufValues
{
    /// <summary>A number or a truth value; the type of the metadata is that of the argument.</summary>
    /// <exception cref="ArgumentException">GGUF has no such type.</exception>
    public static GgufValue Of<T>(T value)
        where T : unmanaged => GgufValue.OfScalar(TypeOf<T>(), Copy<T>([value]), !BitConverter.IsLittleEndian);

    /// <summary>A text.</summary>
    public static GgufValue Of(string text) => OfBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>A string of any bytes.</summary>
    public static GgufValue OfBytes(ReadOnlySpan<byte> bytes) => GgufValue.OfString(Copy(bytes));

    /// <summary>An array of numbers or truth values.</summary>
    /// <exception cref="ArgumentException">GGUF has no such type.</exception>
    public static GgufValue OfArray<T>(ReadOnlySpan<T> values)
        where T : unmanaged => GgufValue.OfArray(TypeOf<T>(), values.Length, Copy(values), !BitConverter.IsLittleEndian);

    /// <summary>An array of texts.</summary>
    public static GgufValue OfStrings(IReadOnlyList<string> texts) => OfStrings([.. texts.Select(Encoding.UTF8.GetBytes)]);

    /// <summary>An array of strings of any bytes.</summary>
    public static GgufValue OfStrings(IReadOnlyList<byte[]> strings)
    {
        var buffer = new NativeBuffer(strings.Sum(text => sizeof(ulong) + (long)text.Length)).Region;
        var bytes = buffer.AsSpan<byte>();
        var offsets = new int[strings.Count];
        var position = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = position;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[position..], (ulong)strings[i].Length);
            strings[i].CopyTo(bytes[(position + sizeof(ulong))..]);
            position += sizeof(ulong) + strings[i].Length;
        }

        return GgufValue.OfStrings(new(buffer, offsets, isBigEndian: false));
    }

    /// <summary>An array of arrays.</summary>
    /// <exception cref="ArgumentException">An element is no array.</exception>
    public static GgufValue OfArrays(params GgufValue[] arrays) => Array.TrueForAll(arrays, value => value.Type == GgufValueType.Array)
        ? GgufValue.OfArrays(arrays)
        : throw new ArgumentException("an array of arrays holds arrays only", nameof(arrays));

    private static Region Copy<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var region = new NativeBuffer((long)values.Length * GgufValue.SizeOf(TypeOf<T>())).Region;
        values.CopyTo(region.AsSpan<T>());
        return region;
    }

    private static GgufValueType TypeOf<T>() => default(T) switch
    {
        byte => GgufValueType.UInt8,
        sbyte => GgufValueType.Int8,
        ushort => GgufValueType.UInt16,
        short => GgufValueType.Int16,
        uint => GgufValueType.UInt32,
        int => GgufValueType.Int32,
        float => GgufValueType.Float32,
        bool => GgufValueType.Bool,
        ulong => GgufValueType.UInt64,
        long => GgufValueType.Int64,
        double => GgufValueType.Float64,
        _ => throw new ArgumentException($"GGUF metadata has no type for {typeof(T).Name}"),
    };
}
