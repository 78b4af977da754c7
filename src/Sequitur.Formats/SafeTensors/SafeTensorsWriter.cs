using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Sequitur.Formats.SafeTensors;

/// <summary>A float32 tensor to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Numbers">Its numbers, row after row.</param>
public sealed record NamedTensor(string Name, IReadOnlyList<long> Shape, float[] Numbers);

/// <summary>Writes float32 tensors as safetensors: eight bytes of length, a JSON head padded with spaces to a multiple of eight, the numbers in little-endian order.</summary>
public static class SafeTensorsWriter
{
    private const int Alignment = 8;
    private const int NumbersAtOnce = 1 << 14;

    /// <summary>Writes tensors.</summary>
    /// <param name="stream">Where they are written.</param>
    /// <param name="tensors">The tensors; their names differ.</param>
    /// <exception cref="ArgumentException">A tensor has not as many numbers as its sizes say.</exception>
    public static void Write(Stream stream, IReadOnlyList<NamedTensor> tensors)
    {
        var head = Head(tensors);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)head.Length);
        stream.Write(length);
        stream.Write(head);
        foreach (var tensor in tensors)
        {
            WriteNumbers(stream, tensor.Numbers);
        }
    }

    private static byte[] Head(IReadOnlyList<NamedTensor> tensors)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            var offset = 0L;
            json.WriteStartObject();
            foreach (var tensor in tensors)
            {
                if (tensor.Shape.Aggregate(1L, (product, size) => checked(product * size)) != tensor.Numbers.LongLength)
                {
                    throw new ArgumentException($"{tensor.Name} has {tensor.Numbers.LongLength} numbers, its sizes are [{string.Join(", ", tensor.Shape)}]");
                }

                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Numbers.LongLength * sizeof(float));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (bytes.WrittenCount % Alignment != 0)
        {
            bytes.Write(" "u8);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteNumbers(Stream stream, float[] numbers)
    {
        var bytes = new byte[NumbersAtOnce * sizeof(float)];
        for (var first = 0; first < numbers.Length; first += NumbersAtOnce)
        {
            var count = Math.Min(NumbersAtOnce, numbers.Length - first);
            for (var i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[first + i]);
            }

            stream.Write(bytes, 0, count * sizeof(float));
        }
    }
}
