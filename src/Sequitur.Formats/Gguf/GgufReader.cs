using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Sequitur.Kernels.Memory;

namespace Sequitur.Formats.Gguf;

/// <summary>Walks over the head of a GGUF file, checking every length against what is left before it is used.</summary>
internal ref struct GgufReader
{
    /// <summary>How deep arrays may lie within arrays.</summary>
    public const int MaxDepth = 4;

    private const int MaxNestedArrays = 1 << 16;

    private readonly Region _file;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _nested;

    public GgufReader(Region file, string path)
    {
        _file = file;
        Path = path;
        _bytes = file.Slice(0, Math.Min(file.Bytes, int.MaxValue)).AsSpan<byte>();
    }

    /// <summary>The file's path, for messages.</summary>
    public string Path { get; }

    /// <summary>Whether numbers are stored with their highest byte first.</summary>
    public bool IsBigEndian { get; set; }

    /// <summary>How far it has read.</summary>
    public int Position { get; private set; }

    /// <summary>How many bytes are left of the part that may hold the head.</summary>
    public readonly int Left => _bytes.Length - Position;

    public ReadOnlySpan<byte> Take(ulong count, string what)
    {
        if (count > (ulong)Left)
        {
            throw _file.Bytes > _bytes.Length
                ? Damaged($"{what} does not end within the first 2 GiB")
                : Damaged($"{what} would need {count} bytes at byte {Position}, and {Left} are left: the file is truncated or damaged: download it again");
        }

        var taken = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    public uint UInt32(string what)
    {
        var bytes = Take(4, what);
        return IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong UInt64(string what)
    {
        var bytes = Take(8, what);
        return IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>A name: UTF-8 of 1 to <paramref name="longest"/> bytes.</summary>
    public string Name(string what, int longest)
    {
        var length = UInt64(what);
        var bytes = Take(length, what);
        return length switch
        {
            0 => throw Damaged($"{what} at byte {Position} is empty"),
            _ when length > (ulong)longest => throw Damaged($"{what} at byte {Position - bytes.Length} has {length} bytes, and {longest} are allowed"),
            _ when !Utf8.IsValid(bytes) => throw Damaged($"{what} at byte {Position - bytes.Length} is not UTF-8"),
            _ => Encoding.UTF8.GetString(bytes),
        };
    }

    /// <summary>A metadata value of any type.</summary>
    public GgufValue Value(string key)
    {
        var type = Type(key);
        switch (type)
        {
            case GgufValueType.String:
                var length = UInt64(key);
                var start = Position;
                Take(length, key);
                return GgufValue.OfString(_file.Slice(start, Position - start));
            case GgufValueType.Array:
                return Array(key, 1);
            default:
                return GgufValue.OfScalar(type, Elements(type, 1, key), IsBigEndian);
        }
    }

    public readonly InvalidModelException Damaged(string what) => new($"{Path}: {what}");

    private GgufValueType Type(string key)
    {
        var type = UInt32(key);
        return type <= (uint)GgufValueType.Float64 ? (GgufValueType)type : throw Damaged($"{key} is of the unknown value type {type}: the file is damaged or newer than this program");
    }

    private GgufValue Array(string key, int depth)
    {
        var type = Type(key);
        var count = UInt64(key);
        if (type == GgufValueType.Array)
        {
            return Nested(key, count, depth);
        }

        if (type != GgufValueType.String)
        {
            return GgufValue.OfArray(type, (int)Math.Min(count, int.MaxValue), Elements(type, count, key), IsBigEndian);
        }

        // each string takes the 8 bytes of its length at least
        RequireCount(key, count, 8);
        var offsets = new int[count];
        var start = Position;
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = Position - start;
            Take(UInt64(key), key);
        }

        return GgufValue.OfStrings(new(_file.Slice(start, Position - start), offsets, IsBigEndian));
    }

    private GgufValue Nested(string key, ulong count, int depth)
    {
        RequireCount(key, count, 12);
        if (depth >= MaxDepth || count > (ulong)(MaxNestedArrays - _nested))
        {
            throw Damaged($"{key} holds arrays within arrays to more than {MaxDepth} levels, or more than {MaxNestedArrays} of them");
        }

        _nested += (int)count;
        var items = new GgufValue[count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Array(key, depth + 1);
        }

        return GgufValue.OfArrays(items);
    }

    private Region Elements(GgufValueType type, ulong count, string key)
    {
        var size = GgufValue.SizeOf(type);
        RequireCount(key, count, size);
        var start = Position;
        var bytes = Take(count * (ulong)size, key);
        if (type == GgufValueType.Bool && bytes.IndexOfAnyExcept((byte)0, (byte)1) is >= 0 and var wrong)
        {
            throw Damaged($"{key} holds {bytes[wrong]} at byte {start + wrong} where only 0 or 1 may stand");
        }

        return _file.Slice(start, bytes.Length);
    }

    private readonly void RequireCount(string key, ulong count, int bytesEach)
    {
        if (count > (ulong)(Left / bytesEach))
        {
            throw Damaged($"{key} claims {count} values of at least {bytesEach} bytes at byte {Position}, and {Left} bytes are left: the file is truncated or damaged: download it again");
        }
    }
}
