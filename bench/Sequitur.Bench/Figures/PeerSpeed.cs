using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>Tokens a second of the shipped model beside llama.cpp: same file, same threads, same run.</summary>
[Figure("executor", Title)]
internal sealed class PeerSpeed : IFigure
{
    private const string Title = "speed beside llama.cpp";

    public static IEnumerable<Measurement> Measure(Workbench bench) => PeerPairs.Rows(
        bench, Title, bench.ModelPath, pairs => Measurement.Reported(pairs.What, pairs.Ratio.Median, "× llama.cpp", pairs.Note));
}
