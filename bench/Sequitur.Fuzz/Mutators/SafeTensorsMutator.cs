using System.Buffers.Binary;

namespace Sequitur.Fuzz.Mutators;

/// <summary>Changes the JSON head of a safetensors file and, most often, makes the length in front of it right again.</summary>
public sealed class SafeTensorsMutator : IMutator
{
    private const int LengthBytes = 8;

    private readonly ByteMutator _plain = new();
    private readonly JsonMutator _json = new();

    /// <inheritdoc/>
    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        if (random.Next(4) == 0)
        {
            return _plain.Mutate(input, other, random);
        }

        var end = LengthBytes + (int)BinaryPrimitives.ReadUInt64LittleEndian(input);
        var otherEnd = LengthBytes + (int)BinaryPrimitives.ReadUInt64LittleEndian(other);
        var head = _json.Mutate(input[LengthBytes..end], other[LengthBytes..otherEnd], random);
        var length = (ulong)(random.Next(8) == 0 ? end - LengthBytes : head.Length);
        var bytes = (byte[])[.. new byte[LengthBytes], .. head, .. input[end..]];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }
}
