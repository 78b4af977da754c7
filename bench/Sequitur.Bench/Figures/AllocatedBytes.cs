using Sequitur.Engine;
using Sequitur.Engine.Sampling;

namespace Sequitur.Bench.Figures;

/// <summary>Managed bytes that decoding allocates, over all threads, from the batch's inputs to the characters of the text.</summary>
[Figure("executor", "allocated bytes")]
[Figure("contract", "allocated bytes")]
internal sealed class AllocatedBytes : IFigure
{
    private const int Tokens = 200;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        using var engine = bench.Engine(bench.ThreadCounts[^1]);
        foreach (var temperature in (ReadOnlySpan<float>)[0, 0.8f])
        {
            // Code is compiled again while it warms, and the compiler's threads are managed ones.
            Generate(bench, engine, temperature);
            Thread.Sleep(500);
        }

        return Enumerable.Select([0, 0.8f], temperature => Measurement.AtMost(
            $"managed bytes over {Tokens} tokens, {(temperature == 0 ? "greedy" : $"temperature {Numbers.Format(temperature)}")}",
            Generate(bench, engine, temperature),
            "bytes",
            0,
            $"{engine.Pool.Threads} threads, sampler and detokenizer included")).ToArray();
    }

    private static long Generate(Workbench bench, InferenceEngine engine, float temperature)
    {
        var written = 0L;
        void Write(ReadOnlySpan<byte> text) => written += text.Length;
        Action<ReadOnlySpan<byte>> write = Write;
        var samplers = SamplerChain.OfTemperature(temperature);
        var generation = engine.Submit(new Request { Ids = bench.Ids(16), MaxTokens = Tokens + 8, Samplers = samplers, Seed = 7 });
        var text = new TextStream(generation, bench.Model.Tokenizer.Vocabulary);
        Run(engine, generation, text, write, 4);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        Run(engine, generation, text, write, 4 + Tokens);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Run(engine, generation, text, write, Tokens + 8);
        return generation.Error is { } error ? throw error : written > 0 ? allocated : throw new InvalidOperationException("no text came");
    }

    private static void Run(InferenceEngine engine, Generation generation, TextStream text, Action<ReadOnlySpan<byte>> write, int tokens)
    {
        while (!generation.IsFinished && generation.Tokens.Length < tokens)
        {
            engine.Step();
            text.WriteNew(write);
        }
    }
}
