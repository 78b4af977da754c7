using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Weights;

namespace Sequitur.Quantization.Sources;

/// <summary>A tensor out of a <see cref="Weight"/>: rows of a checkpoint, perhaps transposed, stacked or in another order.</summary>
internal sealed class WeightTensor(string name, IReadOnlyList<long> shape, Weight weight) : SourceTensor(name, weight.Format.Name, shape)
{
    public override void Read(long row, Span<float> destination) => weight.DecodeRow(row, destination);
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
