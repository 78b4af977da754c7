using System.Text.RegularExpressions;

namespace Sequitur.Bench.Figures;

/// <summary>
/// How large a family's file is, and what adding touches: files of its own, and files that had to be edited. An edited file is one that names the new class: registries are generated,
/// so there should be none.
/// </summary>
[Figure("executor", "lines of code")]
internal sealed partial class LinesOfCode : IFigure
{
    private const int GoalLines = 250;

    [GeneratedRegex(@"class (\w+)(\([^)]*\))? : [^{;]*\bIArchitecture\b", RegexOptions.Singleline)]
    private static partial Regex Family { get; }

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var sources = Read(bench, "src");
        var families = sources.Where(file => file.Path.StartsWith("src/Sequitur.Models/Architectures/", StringComparison.Ordinal)).ToArray();
        foreach (var (path, text) in families)
        {
            var name = Path.GetFileNameWithoutExtension(path);
            yield return name == "Llama"
                ? Measurement.AtMost($"lines of {name}.cs", Lines(text), "lines", GoalLines, "serves run, traces, gradients and every weight format")
                : Measurement.Reported($"lines of {name}.cs", Lines(text), "lines");
        }

        yield return Edits("to add a family", families.Where(file => Family.IsMatch(file.Text)).Select(file => (file.Path, Family.Match(file.Text).Groups[1].Value)), sources);
        yield return Own("to add a family, e.g. Llama", bench, ["src/Sequitur.Models/Architectures/Llama.cs"]);
        yield return Own("to add an op, e.g. Embedding", bench, ["src/Sequitur.Tensors/Ops/Embedding.cs", "src/Sequitur.Kernels/MatMul/EmbeddingKernel.cs", "src/Sequitur.Kernels/MatMul/EmbeddingGradientKernel.cs"]);
        yield return Edits(
            "to add an op",
            [("src/Sequitur.Tensors/Ops/Embedding.cs", "Embedding"), ("src/Sequitur.Tensors/Ops/SumRows.cs", "SumRows"), ("src/Sequitur.Tensors/Ops/GatherRows.cs", "GatherRows")],
            sources);
    }

    // Who uses an op calls its extension method; a list of ops would have to construct or name the class.
    private static Measurement Edits(string what, IEnumerable<(string Path, string Class)> added, IReadOnlyList<(string Path, string Text)> sources)
    {
        var edited = added.SelectMany(mine => sources.Where(file => file.Path != mine.Path && Regex.IsMatch(file.Text, $@"\b(new|typeof\(|Enter<|nameof\()\s*{mine.Class}\b"))
            .Select(file => $"{file.Path} ({mine.Class})")).ToArray();
        return Measurement.AtMost($"{what}: shared files edited", edited.Length, "files", 0, edited.Length == 0 ? "registries are generated; nothing lists what was added" : string.Join(", ", edited));
    }

    private static Measurement Own(string what, Workbench bench, string[] paths) => Measurement.Reported(
        $"{what}: files of its own",
        paths.Length,
        "files",
        $"{paths.Sum(path => Lines(File.ReadAllText(Path.Combine(bench.Root, path))))} lines: {string.Join(", ", paths.Select(Path.GetFileName))}");

    private static int Lines(string text) => text.AsSpan().TrimEnd().Count('\n') + 1;

    private static (string Path, string Text)[] Read(Workbench bench, string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(bench.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(bench.Root, path).Replace('\\', '/'), path))
            .Where(file => !file.Path.Split('/').Any(part => part is "bin" or "obj"))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => (file.Path, File.ReadAllText(file.path))),
    ];
}
