using System.Buffers.Binary;
using System.Collections;
using System.Text;
using Sequitur.Kernels.Memory;

namespace Sequitur.Formats.Gguf;

/// <summary>
/// An array of strings that stays in the mapped file: only where each starts is kept. Vocabularies hold strings that are not
/// UTF-8, so the bytes are given as they are; as text, what is not UTF-8 becomes U+FFFD.
/// </summary>
public sealed class GgufStrings : IReadOnlyList<string>
{
    private readonly Region _data;
    private readonly int[] _offsets;
    private readonly bool _isBigEndian;

    internal GgufStrings(Region data, int[] offsets, bool isBigEndian)
    {
        _data = data;
        _offsets = offsets;
        _isBigEndian = isBigEndian;
    }

    /// <inheritdoc/>
    public int Count => _offsets.Length;

    /// <summary>A string, decoded anew by each call.</summary>
    public string this[int index] => Encoding.UTF8.GetString(Bytes(index));

    /// <summary>The bytes of a string, in the mapped file.</summary>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        var all = (ReadOnlySpan<byte>)_data.AsSpan<byte>();
        var start = all[_offsets[index]..];
        var length = _isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(start) : BinaryPrimitives.ReadUInt64LittleEndian(start);
        return start.Slice(8, (int)length);
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
