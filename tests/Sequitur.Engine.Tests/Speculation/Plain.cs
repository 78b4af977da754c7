using Sequitur.Engine.Speculation;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Kernels;
using Sequitur.Models;

namespace Sequitur.Engine.Tests.Speculation;

/// <summary>Requests with speculation and without.</summary>
internal static class Plain
{
    /// <summary>Runs a request to its end.</summary>
    public static Generation Run(Model model, EngineOptions options, Request request)
    {
        using var engine = new InferenceEngine(model, options);
        return Run(engine, request);
    }

    /// <summary>Runs a request to its end; all pages are free then.</summary>
    public static Generation Run(InferenceEngine engine, Request request)
    {
        var generation = engine.Submit(request);
        for (var steps = 0; !generation.IsFinished; steps++)
        {
            steps.ShouldBeLessThan(5000);
            engine.Step();
        }

        foreach (var group in engine.Pages.Memory.Layout.Groups)
        {
            engine.Pages.Free(group.Name).ShouldBe(engine.Pages.Memory.Pages(group.Name));
        }

        return generation;
    }

    /// <summary>How a variant runs.</summary>
    public static EngineOptions Options(Variant variant, int context = 768, int threads = 1) => new()
    {
        Threads = threads,
        Float32 = !variant.Integer,
        CacheFormat = variant.Cache,
        Processor = Processor.Detected,
        Context = context,
    };

    /// <summary>Always as many drafts as there is room for.</summary>
    public static SpeculationOptions Always(int most, IDrafter drafter) => new(most, _ => drafter) { Adapts = false };

    /// <summary>Everything that a generation says is that of another one.</summary>
    public static void ShouldBeThatOf(this Generation actual, Generation expected, string what)
    {
        actual.Error.ShouldBeNull(what);
        actual.Tokens.ToArray().ShouldBe(expected.Tokens.ToArray(), what);
        (actual.Reason, actual.StopToken, actual.StopString).ShouldBe((expected.Reason, expected.StopToken, expected.StopString), what);
        (actual.Logits?.Count).ShouldBe(expected.Logits?.Count, what);
        actual.Logits?.SelectMany(row => row).ToArray().ShouldBeBitwise([.. expected.Logits!.SelectMany(row => row)], what);
        actual.Reports?.Select(Text).ShouldBe(expected.Reports!.Select(Text), what);
    }

    private static string Text(Engine.Sampling.SamplingReport report) =>
        $"{report.Position} {report.Token} {report.ModelProbability:R} {report.Probability:R} {string.Join("; ", report.Steps.Select(step => $"{step.Sampler} {step.Before} {step.After} {step.MassBefore:R} {step.MassAfter:R} {string.Join(',', step.Removed)} {step.Changed}"))}";
}
