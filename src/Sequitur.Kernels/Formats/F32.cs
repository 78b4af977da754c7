using System.Buffers.Binary;

namespace Sequitur.Kernels.Formats;

/// <summary>IEEE 754 binary32.</summary>
[BlockFormat("F32", GgufType = 0)]
public sealed unsafe class F32() : DenseFormat("F32", 4)
{
    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        for (var i = 0; i < row.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(destination[(i * 4)..], row[i]);
        }
    }

    internal override void DecodeRun(byte* source, int count, float* destination, Tier tier) =>
        Buffer.MemoryCopy(source, destination, (long)count * 4, (long)count * 4);
}
