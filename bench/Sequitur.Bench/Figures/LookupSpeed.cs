using System.Diagnostics;
using Sequitur.Engine;
using Sequitur.Engine.Speculation;

namespace Sequitur.Bench.Figures;

/// <summary>
/// Answers with prompt look-up beside plain ones, in turn, for the prompts of <c>bench/texts/lookup</c>: a text to be rewritten, code to be edited, facts to be extracted. The ids must be equal. Timed is what comes behind the first token.
/// </summary>
[Figure("decode", Title)]
internal sealed class LookupSpeed : IFigure
{
    private const string Title = "prompt look-up beside plain decoding";
    private const double Floor = 1.5;
    private const int MostTokens = 256;
    private const int MostDrafted = 13;
    private const int Rounds = 3;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var threads = bench.ThreadCounts[^1];
        var options = new EngineOptions { Threads = threads, Context = 2048 };
        using var plain = new TextEngine(bench.Model, options);
        using var lookup = new TextEngine(bench.Model, options with { Speculation = SpeculationOptions.Lookup(MostDrafted) });
        string[] files = [.. Directory.GetFiles(Path.Combine(bench.Root, "bench", "texts", "lookup"), "*.txt").Order(StringComparer.Ordinal)];
        var (ratios, passes) = (new List<double>(), new List<double>());
        foreach (var file in files)
        {
            var prompt = new Prompt(File.ReadAllText(file).ReplaceLineEndings("\n").TrimEnd());
            var row = prompt.Compare(plain, lookup);
            ratios.Add(row.Ratio.Median);
            passes.Add(row.Counts.TokensPerPass);
            yield return Measurement.Reported(
                Path.GetFileNameWithoutExtension(file),
                row.Ratio.Median,
                "× plain",
                $"{Numbers.Format(row.Counts.TokensPerPass)} tokens a pass; {row.Counts.Accepted} of {row.Counts.Drafted} drafts right; {row.Answer} tokens behind {row.Length}; {row.Ratio.Range} over {row.Ratio.Count} pairs");
        }

        var all = new Sample(ratios);
        yield return Measurement.AtLeast(
            $"{Title}, median over {all.Count} prompts, {threads} thread{(threads > 1 ? "s" : "")}",
            all.Median,
            "× plain",
            Floor,
            $"{all.Range}; {Numbers.Format(new Sample(passes).Median)} tokens a pass, of at most {MostDrafted + 1}; the same ids");
    }

    /// <summary>What came of a prompt.</summary>
    private sealed record Row(Sample Ratio, SpeculationCounts Counts, int Length, int Answer);

    /// <summary>A prompt, as a user's message.</summary>
    private sealed class Prompt(string text)
    {
        private readonly TextRequest _request = new() { Prompt = text, MaxTokens = MostTokens, Temperature = 0 };

        public Row Compare(TextEngine plain, TextEngine lookup)
        {
            var ratios = new List<double>();
            Generation? last = null;
            for (var round = 0; round < Rounds; round++)
            {
                // The order changes, since what comes first may find a cooler or a busier machine.
                var first = round % 2 == 0 ? Time(plain) : Time(lookup);
                var second = round % 2 == 0 ? Time(lookup) : Time(plain);
                var (slow, fast) = round % 2 == 0 ? (first, second) : (second, first);
                if (!slow.Generation.Tokens.SequenceEqual(fast.Generation.Tokens))
                {
                    throw new InvalidOperationException("look-up gives other tokens than plain decoding");
                }

                ratios.Add(slow.Seconds / fast.Seconds);
                last = fast.Generation;
            }

            return new(new Sample(ratios), last!.Speculation!.Value, last.Request.Ids.Count, last.Tokens.Length);
        }

        private (Generation Generation, double Seconds) Time(TextEngine engine)
        {
            var generation = engine.Engine.Submit(engine.ToRequest(_request, engine.Tokenize(_request)));
            while (generation.Tokens.IsEmpty && !generation.IsFinished)
            {
                engine.Engine.Step();
            }

            var start = Stopwatch.GetTimestamp();
            while (!generation.IsFinished)
            {
                engine.Engine.Step();
            }

            return generation.Error is { } error ? throw error : (generation, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
