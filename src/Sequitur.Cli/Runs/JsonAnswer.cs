using System.Runtime.InteropServices;
using Sequitur.Cli.Output;
using Sequitur.Engine;

namespace Sequitur.Cli.Runs;

/// <summary>An answer as JSON.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="path">The model as it was named.</param>
/// <param name="engine">What runs it.</param>
/// <param name="stream">Whether pieces are objects of their own.</param>
/// <param name="withStatistics">Whether times are wanted.</param>
internal sealed class JsonAnswer(ResultStream output, string path, TextEngine engine, bool stream, bool withStatistics) : IRunOutput
{
    private readonly List<byte> _text = [];
    private string? _heading;

    /// <summary>Number of the answer in a conversation, from 1; null outside of one.</summary>
    public int? Turn { get; set; }

    public void Begin(string heading) => _heading = heading;

    public void Write(ReadOnlySpan<byte> text)
    {
        _text.AddRange(text);
        if (stream)
        {
            RunReport.WriteText(output, text);
        }
    }

    public void End(Generation generation, RunStatistics statistics, AnswerComparison? comparison)
    {
        RunReport.WriteEnd(output, path, engine, generation, CollectionsMarshal.AsSpan(_text), new RunFacts(_heading, withStatistics ? statistics : null, comparison, Turn));
        _text.Clear();
    }
}

/// <summary>What an answer's object may have besides.</summary>
/// <param name="Heading">Which of several answers it is.</param>
/// <param name="Statistics">Times.</param>
/// <param name="Comparison">What changes of the model did.</param>
/// <param name="Turn">Number of the answer in a conversation, from 1; null outside of one.</param>
internal sealed record RunFacts(string? Heading, RunStatistics? Statistics, AnswerComparison? Comparison, int? Turn = null);
