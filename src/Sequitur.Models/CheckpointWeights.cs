using Sequitur.Kernels.Formats;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>Weights of a checkpoint: the stored tensors, mapped, never copied.</summary>
/// <param name="source">The checkpoint.</param>
/// <param name="names">How its names and rows differ from Hugging Face's, where they do (GGUF).</param>
public sealed class CheckpointWeights(WeightSource source, BoundNameMap? names = null) : WeightProvider
{
    /// <inheritdoc/>
    public override bool Contains(string name) => source.Find(names?.Translate(name).Name ?? name) is not null;

    /// <inheritdoc/>
    public override Parameter Get(WeightRequest request) => request.Stacked == 0
        ? One(request)
        : new Parameter(
            request.Name,
            request.Shape,
            Weight.Stack([.. Enumerable.Range(0, request.Stacked).Select(i => One(Part(request, i)).Weight)]),
            [request.Stacked, request.Shape[0] / request.Stacked, request.Shape.Columns]);

    private static WeightRequest Part(WeightRequest request, int index) =>
        new(request.Name.Replace("{0}", $"{index}", StringComparison.Ordinal), new(request.Shape[0] / request.Stacked, request.Shape.Columns)) { Transposed = request.Transposed };

    private Parameter One(WeightRequest request)
    {
        var (name, rows) = names?.Translate(request.Name) ?? (request.Name, null);
        var stored = source.Find(name) ?? throw new InvalidModelException($"{source.Description} has no tensor {name}; the file does not fit its own description of the architecture");
        var format = BlockFormats.Find(stored.Format) ?? throw new UnsupportedModelException($"tensor {name} of {source.Description} is stored as {stored.Format}, which is not supported yet");
        var transposed = request.Transposed && names is null;
        var wanted = request.Shape.Dimensions.Select(d => d.Factor).ToArray();
        if (transposed)
        {
            Array.Reverse(wanted);
        }

        if (!stored.Shape.SkipWhile(d => d == 1).SequenceEqual(wanted.SkipWhile(d => d == 1)))
        {
            throw new InvalidModelException($"tensor {name} of {source.Description} is [{string.Join(", ", stored.Shape)}]; the model's description needs [{string.Join(", ", wanted)}]");
        }

        var (count, columns) = (request.Shape.Rows.Factor, request.Shape.Columns);
        var part = new WeightPart([.. stored.Planes.Select(p => p.Data)], count);
        var weight = new Weight(format, count, columns, [part], transposed);
        return new Parameter(request.Name, request.Shape, rows is null ? weight : weight.PermuteRows(rows(checked((int)count))), [.. stored.Shape]);
    }
}
