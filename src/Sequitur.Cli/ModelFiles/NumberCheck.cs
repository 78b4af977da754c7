using System.Globalization;
using Sequitur.Cli.Output;
using Sequitur.Formats;
using Sequitur.Formats.Gguf;
using Sequitur.Formats.SafeTensors;
using Sequitur.Kernels.Formats;
using Sequitur.Tensors.Weights;

namespace Sequitur.Cli.ModelFiles;

/// <summary>Decodes every number of a model and counts those that are none.</summary>
/// <param name="io">Where progress goes.</param>
/// <param name="location">The model.</param>
internal sealed class NumberCheck(CommandIo io, ModelLocation location)
{
    private const int Named = 3;

    /// <summary>Looks at all numbers.</summary>
    /// <returns>How many there are, and which tensors could not be looked at.</returns>
    /// <exception cref="InvalidModelException">Some are NaN or infinite; the message has how many, and names tensors.</exception>
    public string Run(CancellationToken cancellation)
    {
        using WeightSource source = location.Kind == ModelKind.Gguf ? GgufWeightSource.Open(location.Path) : SafeTensorsWeightSource.Open(location.Path);
        var tensors = source.Names.Select(name => source.Find(name)!).ToList();
        using var progress = new ProgressLine(io, "decoding", tensors.Sum(tensor => tensor.Data.Bytes));
        var (numbers, nans, infinities) = (0L, 0L, 0L);
        var (bad, unknown) = (new List<string>(), new List<string>());
        foreach (var tensor in tensors.Where(tensor => tensor.ElementCount > 0))
        {
            if (BlockFormats.Find(tensor.Format) is not { } format || tensor.Shape.Count > 0 && tensor.Shape[^1] > int.MaxValue)
            {
                unknown.Add($"{tensor.Name} ({tensor.Format})");
                continue;
            }

            var (nan, infinite) = Count(tensor, format, progress, cancellation);
            numbers += tensor.ElementCount;
            (nans, infinities) = (nans + nan, infinities + infinite);
            if (nan + infinite > 0)
            {
                bad.Add(tensor.Name);
            }
        }

        var skipped = unknown.Count == 0 ? "" : $"; not decoded: {Names(unknown)}";
        return bad.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{numbers:N0} numbers, all finite{skipped}")
            : throw new InvalidModelException($"{nans} NaN and {infinities} infinite numbers in {Quantity.Count(bad.Count, "tensor")}: {Names(bad)}{skipped}");
    }

    private static (long Nans, long Infinities) Count(StoredTensor tensor, BlockFormat format, ProgressLine progress, CancellationToken cancellation)
    {
        var columns = tensor.Shape.Count == 0 ? 1 : (int)tensor.Shape[^1];
        var rows = tensor.ElementCount / columns;
        var weight = new Weight(format, rows, columns, [new WeightPart(tensor.Regions, rows)]);
        var (row, nans, infinities) = (new float[columns], 0L, 0L);
        for (var i = 0L; i < rows; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            weight.DecodeRow(i, row);
            foreach (var number in row)
            {
                nans += float.IsNaN(number) ? 1 : 0;
                infinities += float.IsInfinity(number) ? 1 : 0;
            }

            progress.Add(weight.Bytes / rows);
        }

        return (nans, infinities);
    }

    private static string Names(List<string> names) => $"{string.Join(", ", names.Take(Named))}{(names.Count > Named ? $", and {names.Count - Named} more" : "")}";
}
