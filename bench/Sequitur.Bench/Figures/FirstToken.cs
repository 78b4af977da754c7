using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>From the start of <c>run</c> to its end behind one token, files in the system's memory: beside a start that does nothing, and beside llama.cpp's load and first token.</summary>
[Figure("cli", Title)]
internal sealed class FirstToken : IFigure
{
    private const string Title = "start to first token";
    private const int Runs = 7;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var run = CliTime.Of(bench.Root, Runs, "run", "--raw", "Hello", "--max-tokens", "1", "--model", bench.ModelPath);
        var nothing = CliTime.Of(bench.Root, Runs, "--version");
        yield return Measurement.Reported("run, to its end behind one token", run.Median, "ms", $"{run.Range} over {run.Count} runs; a plain build");
        yield return Measurement.Reported("run beside a start that does nothing", run.Median / nothing.Median, "× --version", $"which takes {Numbers.Format(nothing.Median)} ms");
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            yield return Measurement.Skipped("run beside llama.cpp's load and first token", reason);
            yield break;
        }

        var theirs = new Sample(Enumerable.Range(0, Runs).Select(_ => Workbench.Milliseconds(() => peer.FirstToken(bench.ModelPath, Environment.ProcessorCount))));
        yield return Measurement.Reported(
            "run beside llama.cpp's load and first token", run.Median / theirs.Median, "× llama.cpp", $"which takes {Numbers.Format(theirs.Median)} ms; ours with a start of .NET, tokenizer and template");
    }
}
