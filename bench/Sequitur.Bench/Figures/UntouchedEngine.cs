using Sequitur.Engine;
using Sequitur.Insight;
using Sequitur.Kernels.Programs;

namespace Sequitur.Bench.Figures;

/// <summary>
/// What tracing and interventions cost when nobody asks for them: an engine that has looked inside and changed the model for others executes the same steps for a request that asks for neither,
/// gives the same bits, and takes the same time as one that never did.
/// </summary>
[Figure("cli", "tracing and interventions unasked")]
internal sealed class UntouchedEngine : IFigure
{
    private const int Prompt = 64;
    private const int Tokens = 48;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var threads = bench.ThreadCounts[^1];
        using var plain = bench.Engine(threads);
        using var asked = bench.Engine(threads);
        var ids = bench.Ids(Prompt);
        var request = new Request { Ids = ids, MaxTokens = Tokens };
        var head = Intervention.Resolve(asked, ids, [Ablation.Parse("0.0:mean")], _ => []);
        Answer(asked, request with { MaxTokens = 1, Rewrites = head, Capture = ["*"] });
        var (before, after) = (Steps(plain), Steps(asked));
        var (left, right) = (Answer(plain, request with { KeepLogits = true }), Answer(asked, request with { KeepLogits = true }));
        yield return Measurement.AtMost("steps that differ", before.Zip(after).Count(pair => pair.First != pair.Second) + Math.Abs(before.Count - after.Count), "steps", 0, $"{before.Count} in all variants");
        yield return Measurement.AtMost("logits whose bits differ", Differing(left, right), "logits", 0, $"{left.Logits!.Sum(row => row.Length)} compared");
        yield return PairedTimes.Judge("time of an answer", bench.Pairs, () => Time(plain, request), () => Time(asked, request));
    }

    private static List<string> Steps(InferenceEngine engine) => [.. engine.Plan.Variants.SelectMany(Names)];

    private static IEnumerable<string> Names(StepProgram program) => program.Phases.SelectMany((phase, i) => phase.Select(kernel => $"{i} {kernel.Name}"));

    private static double Time(InferenceEngine engine, Request request) => Workbench.Milliseconds(() => Answer(engine, request));

    private static Generation Answer(InferenceEngine engine, Request request)
    {
        var generation = engine.Submit(request);
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        return generation.Error is { } error ? throw error : generation;
    }

    private static int Differing(Generation left, Generation right) =>
        left.Logits!.Zip(right.Logits!).Sum(rows => rows.First.Zip(rows.Second).Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second)))
        + Math.Abs(left.Logits!.Count - right.Logits!.Count);
}
