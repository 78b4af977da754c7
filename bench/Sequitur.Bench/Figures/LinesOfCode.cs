using System.Text.RegularExpressions;

namespace Sequitur.Bench.Figures;

/// <summary>
/// How large a family's file is, and what adding touches, shown at an example each: files of its own, and shared files. A shared file is one that constructs or lists the class
/// (<c>new X</c>, <c>typeof(X)</c>, <c>&lt;X&gt;</c>): registries are generated, and who uses an op calls its extension method.
/// </summary>
[Figure("executor", "lines of code")]
internal sealed class LinesOfCode : IFigure
{
    private const int GoalLines = 250;
    private const string Families = "src/Sequitur.Models/Architectures";

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(bench.Root, Families), "*.cs").Order(StringComparer.Ordinal))
        {
            var (what, lines) = ($"lines of {Path.GetFileName(path)}", Lines(path));
            yield return what == "lines of Llama.cs"
                ? Measurement.AtMost(what, lines, "lines", GoalLines, "serves run, traces, gradients and every weight format")
                : Measurement.Reported(what, lines, "lines");
        }

        foreach (var measurement in Added(bench, "a family, Gpt2", "Gpt2", [$"{Families}/Gpt2.cs"])
            .Concat(Added(bench, "an op, Embedding", "Embedding", ["src/Sequitur.Tensors/Ops/Embedding.cs", .. Find(bench, "Embedding*Kernel*.cs")])))
        {
            yield return measurement;
        }
    }

    private static IEnumerable<Measurement> Added(Workbench bench, string what, string name, IReadOnlyList<string> own)
    {
        var list = string.Join(", ", own.Select(path => $"{Path.GetFileName(path)} {Lines(Path.Combine(bench.Root, path))}"));
        yield return Measurement.Reported($"files of {what}", own.Count, "files", $"{own.Sum(path => Lines(Path.Combine(bench.Root, path)))} lines: {list}");

        var mention = new Regex($@"\b(new|typeof\()\s*{name}\b|<{name}>");
        var shared = Sources(bench, "src").Where(path => !own.Contains(path) && mention.IsMatch(File.ReadAllText(Path.Combine(bench.Root, path)))).ToArray();
        yield return Measurement.AtMost($"shared files edited for {what}", shared.Length, "files", 0, string.Join(", ", shared));
    }

    // The kernels and their tests.
    private static IEnumerable<string> Find(Workbench bench, string pattern) =>
        Sources(bench, "src", pattern).Concat(Sources(bench, "tests", pattern)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Sources(Workbench bench, string folder, string pattern = "*.cs") =>
        Directory.EnumerateFiles(Path.Combine(bench.Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(bench.Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"));

    private static int Lines(string path) => File.ReadAllText(path).AsSpan().TrimEnd().Count('\n') + 1;
}
