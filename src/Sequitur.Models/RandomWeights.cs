using System.Text;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>
/// Weights drawn at random: for training from scratch, and for tests. A number is a function of the seed, its weight's name and its index, whatever else is drawn.
/// Matrices are normal with a standard deviation of gain / √columns. Vectors are uniform: those called <c>weight</c> (gains of norms) in 1 ± 0.2, all others (biases) in ± 0.2.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="format">How matrices are stored, where their rows are whole blocks of it; all else is float32, as are all numbers by default.</param>
/// <param name="gain">How large activations grow from layer to layer: 1 keeps them.</param>
public sealed class RandomWeights(ulong seed, BlockFormat? format = null, double gain = 1) : WeightProvider
{
    private const double Spread = 0.2;

    private static readonly BlockFormat Plain = BlockFormats.Find("F32")!;

    /// <inheritdoc/>
    public override bool Contains(string name) => true;

    /// <inheritdoc/>
    public override Parameter Get(WeightRequest request)
    {
        var (rows, columns) = (checked((int)request.Shape.Rows.Factor), request.Shape.Columns);
        var numbers = request.Shape.Rank == 1 ? Vector(request.Name, columns) : Matrix(request.Name, rows, columns);
        var stored = request.Shape.Rank > 1 && format is not null && columns % format.BlockColumns == 0 ? format : Plain;

        // Formats of blocks cannot be read across rows: such checkpoints (GGUF) store these weights like all others.
        var transposed = request.Transposed && stored is DenseFormat;
        var bytes = transposed ? Encode(stored, Transpose(numbers, rows, columns), columns, rows) : Encode(stored, numbers, rows, columns);
        var weight = new Weight(stored, rows, columns, [new WeightPart(bytes.Region, rows)], transposed);
        return new Parameter(request.Name, request.Shape, weight, StoredShape(request, transposed));
    }

    private static IReadOnlyList<long>? StoredShape(WeightRequest request, bool transposed) =>
        transposed ? [request.Shape.Columns, request.Shape[0]]
        : request.Stacked > 0 ? [request.Stacked, request.Shape[0] / request.Stacked, request.Shape.Columns]
        : null;

    private static NativeBuffer Encode(BlockFormat format, float[] numbers, int rows, int columns)
    {
        var rowBytes = format.StoredBytes(columns);
        var buffer = new NativeBuffer(checked(rowBytes * rows));
        for (var row = 0; row < rows; row++)
        {
            format.Encode(numbers.AsSpan(row * columns, columns), buffer.Region.Slice(row * rowBytes, rowBytes).AsSpan<byte>());
        }

        return buffer;
    }

    private static float[] Transpose(float[] numbers, int rows, int columns)
    {
        var result = new float[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            result[(i % columns * rows) + (i / columns)] = numbers[i];
        }

        return result;
    }

    private float[] Vector(string name, int length)
    {
        var centre = name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0;
        var numbers = new float[length];
        for (var i = 0; i < length; i++)
        {
            numbers[i] = (float)(centre + (Spread * ((2 * Uniform(Draw(name, i).A)) - 1)));
        }

        return numbers;
    }

    // Box and Muller (1958): two uniform numbers make two normal ones.
    private float[] Matrix(string name, int rows, int columns)
    {
        var numbers = new float[checked(rows * columns)];
        var deviation = gain / Math.Sqrt(columns);
        for (var i = 0; i < numbers.Length; i += 2)
        {
            var (a, b, _, _) = Draw(name, i);
            var radius = deviation * Math.Sqrt(-2 * Scalar.LogDouble(1 - Uniform(a)));
            Scalar.SinCos((float)(2 * Math.PI * Uniform(b)), out var sin, out var cos);
            numbers[i] = (float)(radius * cos);
            if (i + 1 < numbers.Length)
            {
                numbers[i + 1] = (float)(radius * sin);
            }
        }

        return numbers;
    }

    private static double Uniform(uint word) => word / 4294967296.0;

    private (uint A, uint B, uint C, uint D) Draw(string name, int index) =>
        Philox.Block(seed, (uint)index, 0, Hash(name), (uint)RandomPurpose.Initialise);

    // FNV-1a: the same on every system, unlike the runtime's hashes.
    private static uint Hash(string name)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        return hash;
    }
}
