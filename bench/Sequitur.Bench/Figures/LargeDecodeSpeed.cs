namespace Sequitur.Bench.Figures;

/// <summary>Tokens a second of a model of the shape of Llama 3.2 1B beside llama.cpp, from an empty context: with two threads the peer is at the memory's speed there.</summary>
[Figure("decode", Title)]
internal sealed class LargeDecodeSpeed : IFigure
{
    private const string Title = "decode of a large model beside llama.cpp";
    private const int Generate = 32;

    private static readonly DecodePoint[] Points =
        [.. ((string[])["Q4_0", "Q4_K_M", "Q8_0"]).SelectMany(format => new[] { Point(format, 1, 1.05, 1.2), Point(format, 2, 0.97, 1.03) })];

    public static IReadOnlyList<string> Rows => [.. Points.Select(point => point.Title)];

    public static IEnumerable<Measurement> Measure(Workbench bench) => DecodePoint.Measure(bench, Title, Points);

    private static DecodePoint Point(string format, int threads, double floor, double target) => new(format, threads, floor, target) { IsLarge = true, Generate = Generate };
}
