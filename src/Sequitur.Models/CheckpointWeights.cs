using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>Weights of a checkpoint: the stored tensors, mapped, never copied (but for vectors whose numbers are stored changed).</summary>
/// <param name="source">The checkpoint.</param>
/// <param name="names">How its names and rows differ from Hugging Face's, where they do (GGUF).</param>
public sealed class CheckpointWeights(WeightSource source, BoundNameMap? names = null) : WeightProvider
{
    private static readonly BlockFormat Plain = BlockFormats.Find("F32")!;

    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>The checkpoint's tensors that nobody asked for so far.</summary>
    public IEnumerable<string> Unread => source.Names.Where(name => !_read.Contains(name));

    /// <inheritdoc/>
    public override bool Contains(string name) => source.Find(Translate(name).Name) is not null;

    /// <inheritdoc/>
    public override Parameter Get(WeightRequest request) => request.Stacked == 0 || IsStoredStacked(request)
        ? One(request)
        : new Parameter(
            request.Name,
            request.Shape,
            Weight.Stack([.. Enumerable.Range(0, request.Stacked).Select(i => One(Part(request, i)).Weight)]),
            [request.Stacked, request.Shape[0] / request.Stacked, request.Shape.Columns]);

    private static WeightRequest Part(WeightRequest request, int index) =>
        new(request.Name.Replace("{0}", $"{index}", StringComparison.Ordinal), new(request.Shape[0] / request.Stacked, request.Shape.Columns)) { Transposed = request.Transposed };

    private StoredName Translate(string name) => names?.Translate(name) ?? new(name);

    // GGUF files have one tensor of all experts; those written before 2024-04 have one each, as Hugging Face's have.
    private bool IsStoredStacked(WeightRequest request) => Translate(request.Name).Name != request.Name && (Contains(request.Name) || !Contains(Part(request, 0).Name));

    private Parameter One(WeightRequest request)
    {
        var (name, rows, added) = Translate(request.Name);
        var stored = source.Find(name) ?? throw new InvalidModelException($"{source.Description} has no tensor {name}; the file does not fit its own description of the architecture");
        _read.Add(name);
        var format = BlockFormats.Find(stored.Format) ?? throw new UnsupportedModelException($"tensor {name} of {source.Description} is stored as {stored.Format}, which is not supported yet");
        var transposed = request.Transposed && names is null;
        var wanted = Wanted(request, transposed);
        long[] there = [.. stored.Shape];
        if (!WithoutOnes(there).SequenceEqual(WithoutOnes(wanted)))
        {
            throw new InvalidModelException($"tensor {name} of {source.Description} is [{string.Join(", ", stored.Shape)}]; the model's description needs [{string.Join(", ", wanted)}]");
        }

        var (count, columns) = (request.Shape.Rows.Factor, request.Shape.Columns);
        var weight = new Weight(format, count, columns, [new WeightPart(stored.Regions, count)], transposed);
        var isVector = request.Shape.Rank == 1;
        if (added != 0 || (isVector && rows is not null))
        {
            weight = Changed(weight, isVector ? rows?.Invoke(columns) : null, added);
        }

        return new Parameter(request.Name, request.Shape, rows is null || isVector ? weight : weight.PermuteRows(rows(checked((int)count))), there);
    }

    // A vector may be stored as a matrix of one row.
    private static ReadOnlySpan<long> WithoutOnes(ReadOnlySpan<long> shape) => shape.TrimStart(1L);

    private static long[] Wanted(WeightRequest request, bool transposed)
    {
        long[] wanted = request.Stacked > 0
            ? [request.Stacked, request.Shape[0] / request.Stacked, request.Shape.Columns]
            : Array.ConvertAll(request.Shape.Dimensions.ToArray(), dimension => dimension.Factor);
        if (transposed)
        {
            Array.Reverse(wanted);
        }

        return wanted;
    }

    // A float32 copy with numbers in another order, and without what was added to them.
    private static Weight Changed(Weight weight, int[]? order, float added)
    {
        var (rowBytes, row) = ((long)weight.Columns * sizeof(float), new float[weight.Columns]);
        var copy = new NativeBuffer(checked(weight.Rows * rowBytes));
        for (var i = 0L; i < weight.Rows; i++)
        {
            weight.DecodeRow(i, row);
            var changed = copy.Region.Slice(i * rowBytes, rowBytes).AsSpan<float>();
            for (var column = 0; column < row.Length; column++)
            {
                changed[column] = row[order?[column] ?? column] - added;
            }
        }

        return new Weight(Plain, weight.Rows, weight.Columns, [new WeightPart(copy.Region, weight.Rows)]);
    }
}
