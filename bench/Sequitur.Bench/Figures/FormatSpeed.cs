using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>
/// Tokens a second beside llama.cpp in the formats that people's files have: same file, same threads, same run. Speed does not depend on what the weights are, so files in other
/// formats than the shipped one are converted from it.
/// </summary>
[Figure("contract", Title)]
internal sealed class FormatSpeed : IFigure
{
    private const string Title = "speed of formats beside llama.cpp";
    private const double Goal = 0.5;

    private static readonly string[] Formats = ["Q4_1", "Q4_0", "Q8_0", "F16"];

    public static IEnumerable<Measurement> Measure(Workbench bench) => Formats.SelectMany(format => Compare(bench, format));

    private static IEnumerable<Measurement> Compare(Workbench bench, string format)
    {
        var path = bench.ModelIn(format);
        foreach (var row in PeerPairs.Rows(
            bench, $"{format} beside llama.cpp", path, pairs => Measurement.AtLeast($"{format}, {pairs.What}", pairs.Ratio.Median, "× llama.cpp", Goal, pairs.Note)))
        {
            yield return row;
        }
    }
}
