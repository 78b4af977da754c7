using Sequitur.Kernels.Memory;

namespace Sequitur.Quantization.Sources;

/// <summary>A tensor that is to be converted: rows of numbers that any thread may read in any order.</summary>
/// <param name="name">Its name in the GGUF file that is written.</param>
/// <param name="format">How it is stored now.</param>
/// <param name="shape">Sizes, outermost first.</param>
public abstract class SourceTensor(string name, string format, IReadOnlyList<long> shape)
{
    /// <summary>Its name in the GGUF file that is written.</summary>
    public string Name => name;

    /// <summary>How it is stored now: <c>F32</c>, <c>Q4_1</c> ….</summary>
    public string Format => format;

    /// <summary>Sizes, outermost first.</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>Numbers of a row.</summary>
    public int Columns { get; } = shape.Count == 0 ? 1 : shape[^1] is > 0 and <= int.MaxValue
        ? (int)shape[^1]
        : throw new UnsupportedModelException($"tensor {name} has rows of {shape[^1]} numbers, more than can be converted");

    /// <summary>Rows, those of all experts together.</summary>
    public long Rows { get; } = shape.SkipLast(1).Aggregate(1L, (rows, size) => checked(rows * size));

    /// <summary>Whether it counts as a matrix: two sizes at least are above 1.</summary>
    public bool IsMatrix => Columns > 1 && Rows > 1;

    /// <summary>The bytes as they are stored, where they can be copied; else nothing.</summary>
    public virtual Region Stored => default;

    /// <summary>The numbers of a row, exactly.</summary>
    /// <exception cref="UnsupportedModelException">The format cannot be decoded.</exception>
    public abstract void Read(long row, Span<float> destination);
}
