using Sequitur.Engine;

namespace Sequitur.Cli.Runs;

/// <summary>Where an answer goes.</summary>
internal interface IRunOutput
{
    /// <summary>A heading, where several answers follow one another.</summary>
    void Begin(string heading);

    /// <summary>A piece of the answer, in UTF-8.</summary>
    void Write(ReadOnlySpan<byte> text);

    /// <summary>The end of the answer.</summary>
    /// <param name="generation">What came out.</param>
    /// <param name="statistics">How long it took.</param>
    /// <param name="comparison">What changes of the model did; null where there are none.</param>
    void End(Generation generation, RunStatistics statistics, AnswerComparison? comparison);
}

/// <summary>Answers a request, piece by piece.</summary>
/// <param name="engine">What runs it.</param>
/// <param name="output">Where the answer goes.</param>
/// <param name="statistics">Takes the times.</param>
/// <param name="cancellation">Ends the answer at the next token.</param>
internal sealed class Answering(TextEngine engine, IRunOutput output, RunStatistics statistics, CancellationToken cancellation)
{
    /// <summary>Answers.</summary>
    /// <param name="request">The question.</param>
    /// <param name="compare">What is said of the answer beside it.</param>
    public Generation Answer(TextRequest request, Func<Generation, AnswerComparison>? compare = null)
    {
        statistics.Asked(engine.Engine.Pool.ReducedRuns);
        var generation = engine.Generate(request, output.Write, cancellation, statistics.Stepped);
        statistics.Ended(generation, engine.Engine.Pool.ReducedRuns);
        output.End(generation, statistics, compare?.Invoke(generation));
        return generation;
    }
}
