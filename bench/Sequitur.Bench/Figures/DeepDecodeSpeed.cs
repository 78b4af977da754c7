namespace Sequitur.Bench.Figures;

/// <summary>Tokens a second behind contexts of thousands of tokens beside llama.cpp, of the shipped model and of a large one.</summary>
[Figure("decode", Title)]
internal sealed class DeepDecodeSpeed : IFigure
{
    private const string Title = "decode at depth beside llama.cpp";

    // Turns are short, so that the last begins not much deeper than the first.
    private static readonly DecodePoint[] Points =
    [
        new("Q4_1", 2, 1.4, 1.9) { Depth = 1024, Rounds = 5, Generate = 32 },
        new("Q4_1", 2, 1.7, 2.6) { Depth = 4096, Rounds = 2, Generate = 32 },
        new("Q4_0", 2, 1.2, 1.5) { IsLarge = true, Depth = 4096, Generate = 16 },
        new("Q4_0", 2, 1.5, 2.2) { IsLarge = true, Depth = 16_384, Generate = 16 },
    ];

    public static IReadOnlyList<string> Rows => [.. Points.Select(point => point.Title)];

    public static IEnumerable<Measurement> Measure(Workbench bench) => DecodePoint.Measure(bench, Title, Points);
}
