using Sequitur.Kernels.Numerics;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization.Random;

/// <summary>
/// A matrix of random numbers, each a function of seed, tensor and place alone. A number is the sum of four uniform bytes, scaled to a standard deviation of 1/√columns: bell-shaped
/// within 3.5 deviations, and one Philox block gives four of them, for models of gigabytes that are made to be timed.
/// </summary>
internal sealed class RandomTensor(string name, IReadOnlyList<long> shape, ulong seed, uint number) : SourceTensor(name, "F32", shape)
{
    // A uniform byte has the variance (256² − 1) / 12, four together four times that.
    private const double SumVariance = 21845;
    private const int SumMean = 510;

    public override void Read(long row, Span<float> destination)
    {
        var scale = (float)(1 / Math.Sqrt(SumVariance * Columns));
        var block = row * ((Columns + 3L) / 4);
        for (var i = 0; i < destination.Length; i += 4, block++)
        {
            var (a, b, c, d) = Philox.Block(seed, (uint)block, (uint)(block >> 32), number, (uint)RandomPurpose.Initialise);
            if (i + 4 <= destination.Length)
            {
                (destination[i], destination[i + 1], destination[i + 2], destination[i + 3]) = (Sum(a) * scale, Sum(b) * scale, Sum(c) * scale, Sum(d) * scale);
            }
            else
            {
                ReadOnlySpan<uint> words = [a, b, c, d];
                for (var k = 0; i + k < destination.Length; k++)
                {
                    destination[i + k] = Sum(words[k]) * scale;
                }
            }
        }
    }

    private static int Sum(uint word) => (int)((word & 255) + ((word >> 8) & 255) + ((word >> 16) & 255) + (word >> 24)) - SumMean;
}

/// <summary>A vector of ones: the gain of a norm.</summary>
internal sealed class OnesTensor(string name, int length) : SourceTensor(name, "F32", [length])
{
    public override void Read(long row, Span<float> destination) => destination.Fill(1);
}
