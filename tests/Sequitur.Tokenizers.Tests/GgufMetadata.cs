using System.Buffers.Binary;
using System.Text;

namespace Sequitur.Tokenizers.Tests;

/// <summary>Just enough of GGUF for these tests: the metadata of a well-formed file.</summary>
internal sealed class GgufMetadata(byte[] data)
{
    private int _at;

    public Dictionary<string, object> Read()
    {
        _at = 16; // magic, version, number of tensors
        long count = (long)Unsigned(8);
        var values = new Dictionary<string, object>();
        for (long i = 0; i < count; i++)
        {
            string key = Text();
            values[key] = Value((int)Unsigned(4));
        }

        return values;
    }

    private object Value(int type) => type switch
    {
        0 or 1 or 7 => (int)Unsigned(1),
        2 or 3 => (int)Unsigned(2),
        4 or 5 => (int)Unsigned(4),
        6 => BitConverter.Int32BitsToSingle((int)Unsigned(4)),
        8 => Text(),
        9 => Array(),
        10 or 11 => (long)Unsigned(8),
        12 => BitConverter.Int64BitsToDouble((long)Unsigned(8)),
        _ => throw new InvalidDataException($"Type {type}."),
    };

    private object Array()
    {
        int type = (int)Unsigned(4);
        int count = (int)Unsigned(8);
        IEnumerable<object> items = Enumerable.Range(0, count).Select(_ => Value(type));
        return type switch
        {
            8 => items.Cast<string>().ToArray(),
            4 or 5 => items.Cast<int>().ToArray(),
            _ => items.ToArray(),
        };
    }

    private string Text()
    {
        int length = (int)Unsigned(8);
        _at += length;
        return Encoding.UTF8.GetString(data, _at - length, length);
    }

    private ulong Unsigned(int bytes)
    {
        Span<byte> value = stackalloc byte[8];
        data.AsSpan(_at, bytes).CopyTo(value);
        _at += bytes;
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }
}
