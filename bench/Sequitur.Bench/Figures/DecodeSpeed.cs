namespace Sequitur.Bench.Figures;

/// <summary>Tokens a second of the shipped model beside llama.cpp, from an empty context, one sequence and several.</summary>
[Figure("decode", Title)]
internal sealed class DecodeSpeed : IFigure
{
    private const string Title = "decode beside llama.cpp";

    private static readonly DecodePoint[] Points =
    [
        new("Q4_1", 1, 1.5, 2.2),
        new("Q4_1", 2, 1.3, 1.9),
        new("Q4_0", 1, 1.25, 1.7),
        new("Q4_0", 2, 1.15, 1.6),
        new("Q8_0", 1, 1.25, 1.7),
        new("Q8_0", 2, 1.15, 1.6),
        new("F16", 1, 1.25, 1.7),
        new("F16", 2, 1.15, 1.6),
        new("Q4_1", 2, 1.5, 3) { Batch = 4 },
        new("Q4_1", 2, 2, 3) { Batch = 8 },
    ];

    public static IReadOnlyList<string> Rows => [.. Points.Select(point => point.Title)];

    public static IEnumerable<Measurement> Measure(Workbench bench) => DecodePoint.Measure(bench, Title, Points);
}
