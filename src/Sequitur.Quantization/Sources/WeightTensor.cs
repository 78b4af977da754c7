using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Weights;

namespace Sequitur.Quantization.Sources;

/// <summary>A tensor out of a <see cref="Weight"/>: rows of a checkpoint, perhaps transposed, stacked or in another order.</summary>
/// <param name="name">Its name in the GGUF file.</param>
/// <param name="shape">Its sizes there.</param>
/// <param name="weight">The numbers.</param>
/// <param name="columns">Which column of the weight each number of a row is; null for the same order.</param>
/// <param name="added">What is added to every number.</param>
internal sealed class WeightTensor(string name, IReadOnlyList<long> shape, Weight weight, int[]? columns = null, float added = 0) : SourceTensor(name, weight.Format.Name, shape)
{
    public override void Read(long row, Span<float> destination)
    {
        weight.DecodeRow(row, destination);
        if (columns is not null)
        {
            var before = destination.ToArray();
            for (var i = 0; i < before.Length; i++)
            {
                destination[i] = before[columns[i]];
            }
        }

        for (var i = 0; added != 0 && i < destination.Length; i++)
        {
            destination[i] += added;
        }
    }
}

/// <summary>A tensor as a file stores it, which can be copied even where its format is not one that can be computed with.</summary>
internal sealed class StoredSourceTensor : SourceTensor
{
    private readonly Weight? _weight;
    private readonly StoredTensor _stored;

    public StoredSourceTensor(StoredTensor stored)
        : base(stored.Name, stored.Format, stored.Shape)
    {
        _stored = stored;
        _weight = BlockFormats.Find(stored.Format) is { } format ? new Weight(format, Rows, Columns, [new WeightPart(stored.Data, Rows)]) : null;
    }

    public override Region Stored => _stored.Data;

    public override void Read(long row, Span<float> destination) =>
        (_weight ?? throw new UnsupportedModelException($"tensor {Name} is stored as {Format}, which is not supported yet")).DecodeRow(row, destination);
}
