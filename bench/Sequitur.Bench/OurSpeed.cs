using System.Diagnostics;
using Sequitur.Engine;

namespace Sequitur.Bench;

/// <summary>Tokens a second of our engine, greedy choice included.</summary>
internal static class OurSpeed
{
    /// <summary>A prompt that fits one batch, up to the first token.</summary>
    public static double Prefill(InferenceEngine engine, int[] ids)
    {
        var generation = engine.Submit(new Request { Ids = ids, MaxTokens = 1 });
        return ids.Length / Seconds(engine, generation);
    }

    /// <summary>Tokens one after the other, from a context of <paramref name="prompt"/> on. The prompt's own step is not timed.</summary>
    public static double Decode(InferenceEngine engine, int[] prompt, int tokens)
    {
        var generation = engine.Submit(new Request { Ids = prompt, MaxTokens = tokens + 1 });
        engine.Step();
        return tokens / Seconds(engine, generation);
    }

    private static double Seconds(InferenceEngine engine, Generation generation)
    {
        var start = Stopwatch.GetTimestamp();
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        return generation.Error is { } error ? throw error : Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
