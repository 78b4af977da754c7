using System.Diagnostics;
using System.Globalization;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Engine.Speculation;
using Sequitur.Kernels;

namespace Sequitur.Cli.Runs;

/// <summary>How long the parts of a run took. A few readings of a clock; nothing is measured per token.</summary>
internal sealed class RunStatistics
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _loaded;
    private long _asked;
    private long _first;
    private long _ended;
    private long _reducedBefore;

    /// <summary>Seconds until the model could run.</summary>
    public double LoadSeconds => Between(_started, _loaded);

    /// <summary>Seconds from the question to the first token.</summary>
    public double FirstTokenSeconds => Between(_asked, _first);

    /// <summary>Seconds from the question to the end of the answer.</summary>
    public double AnswerSeconds => Between(_asked, _ended);

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; private set; }

    /// <summary>Tokens that were generated.</summary>
    public int GeneratedTokens { get; private set; }

    /// <summary>What drafting ahead did; null where it was off.</summary>
    public SpeculationCounts? Speculation { get; private set; }

    /// <summary>Why nothing was drafted although that is on; null where something was.</summary>
    public string? WhyNoSpeculation { get; private set; }

    /// <summary>Runs of the model for this answer in which not all threads took part, because the processors had other work.</summary>
    public long ReducedRuns { get; private set; }

    /// <summary>Tokens of the prompt a second, until the first token.</summary>
    public double PromptSpeed => PromptTokens / FirstTokenSeconds;

    /// <summary>Tokens generated a second behind the first; null where there are none.</summary>
    public double? GenerationSpeed => GeneratedTokens > 1 ? (GeneratedTokens - 1) / Between(_first, _ended) : null;

    /// <summary>The most physical memory that the process has held, in bytes.</summary>
    public static long PeakMemory => Platform.Current.PeakResidentBytes();

    /// <summary>The model can run.</summary>
    public void Loaded() => _loaded = Stopwatch.GetTimestamp();

    /// <summary>The question is asked.</summary>
    /// <param name="reducedRuns">Runs of the engine's pool with fewer threads, so far.</param>
    public void Asked(long reducedRuns) => (_asked, _first, _ended, _reducedBefore) = (Stopwatch.GetTimestamp(), 0, 0, reducedRuns);

    /// <summary>A step is done; the first one that generated something counts.</summary>
    public void Stepped(Generation generation)
    {
        if (_first == 0 && (generation.Tokens.Length > 0 || generation.IsFinished))
        {
            _first = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The answer is complete.</summary>
    /// <param name="generation">It.</param>
    /// <param name="reducedRuns">Runs of the engine's pool with fewer threads, so far.</param>
    public void Ended(Generation generation, long reducedRuns)
    {
        ReducedRuns = reducedRuns - _reducedBefore;
        (_ended, PromptTokens, GeneratedTokens) = (Stopwatch.GetTimestamp(), generation.Request.Ids.Count, generation.Tokens.Length);
        (Speculation, WhyNoSpeculation) = (generation.Speculation, generation.WhyNoSpeculation);
    }

    /// <summary>Writes a line for each.</summary>
    public void WriteTo(TextWriter writer)
    {
        string Number(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
        writer.WriteLine($"load        {Number(LoadSeconds)} s");
        writer.WriteLine($"prompt      {Quantity.Count(PromptTokens, "token")}, {Number(PromptSpeed)} tokens/s; first token after {Number(FirstTokenSeconds)} s");
        writer.WriteLine($"generation  {Quantity.Count(GeneratedTokens, "token")}{(GenerationSpeed is { } speed ? $", {Number(speed)} tokens/s" : "")}");
        if (WhyNoSpeculation is { } reason)
        {
            writer.WriteLine($"look-up     off: {reason}");
        }
        else if (Speculation is { Passes: > 0 } counts)
        {
            writer.WriteLine($"look-up     {counts.Accepted} of {Quantity.Count(counts.Drafted, "drafted token")} right; {Number(counts.TokensPerPass)} tokens a run of the model");
        }

        if (ReducedRuns > 0)
        {
            writer.WriteLine($"threads     {Quantity.Count((int)ReducedRuns, "run")} of the model with fewer: the processors had other work");
        }

        writer.WriteLine($"memory      {Quantity.Bytes(PeakMemory)} at most");
    }

    private static double Between(long from, long to) => to == 0 ? 0 : Stopwatch.GetElapsedTime(from, to).TotalSeconds;
}
