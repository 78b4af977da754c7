using Sequitur.Engine;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Models;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight.Tests;

/// <summary>Engines over generated models, and what they run.</summary>
internal static class Runs
{
    /// <summary>The families that have a residual stream.</summary>
    public static TheoryData<string> Decoders => [.. PlainFamily.All.Keys];

    public static InferenceEngine Engine(string family, bool float32 = true, int sequences = 1, int batchTokens = 512, string format = "F32") =>
        Engine(Families.Create(family, format), float32, sequences, batchTokens);

    public static InferenceEngine Engine(Model model, bool float32 = true, int sequences = 1, int batchTokens = 512) =>
        new(model, new EngineOptions { Float32 = float32, Threads = 2, Context = 64, MaxSequences = sequences, BatchTokens = batchTokens });

    public static int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => ((i * 37) + 11) % Families.Vocabulary)];

    /// <summary>A prompt's run.</summary>
    public static Recording Record(InferenceEngine engine, int[] ids, IEnumerable<string> names, IReadOnlyList<GraphRewrite>? rewrites = null) => Recording.Of(engine, ids, names, rewrites);

    /// <summary>Changes as rewrites.</summary>
    public static IReadOnlyList<GraphRewrite> Changes(InferenceEngine engine, int[] ids, params Intervention[] changes) => Intervention.Resolve(engine, ids, changes, _ => ids);

    /// <summary>A patch from another prompt as a rewrite.</summary>
    public static IReadOnlyList<GraphRewrite> PatchFrom(InferenceEngine engine, int[] ids, int[] other, string text) => Intervention.Resolve(engine, ids, [Patch.Parse(text)], _ => other);

    /// <summary>Logits behind a prompt with some changes.</summary>
    public static float[] Logits(InferenceEngine engine, int[] ids, params Intervention[] changes) => Record(engine, ids, [], Changes(engine, ids, changes)).Logits.ToArray();

    public static void ShouldBeNear(this IReadOnlyList<double> actual, IReadOnlyList<double> expected, double relative, string what)
    {
        actual.Count.ShouldBe(expected.Count, what);
        var bound = relative * Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Count; i++)
        {
            Math.Abs(actual[i] - expected[i]).ShouldBeLessThanOrEqualTo(bound, $"{what}, number {i}: {actual[i]} for {expected[i]}");
        }
    }
}
