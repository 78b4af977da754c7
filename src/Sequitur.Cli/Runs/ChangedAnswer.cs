using Sequitur.Engine;
using Sequitur.Insight;
using Sequitur.Tensors.Execution;

namespace Sequitur.Cli.Runs;

/// <summary>Answers a request twice: by the model as it is, and by the changed one.</summary>
/// <param name="engine">What runs it.</param>
/// <param name="output">Where the answers go.</param>
/// <param name="statistics">Takes the times of the last one.</param>
/// <param name="cancellation">Ends the answers.</param>
internal sealed class ChangedAnswer(TextEngine engine, IRunOutput output, RunStatistics statistics, CancellationToken cancellation)
{
    /// <summary>What the first answer is called.</summary>
    public const string Before = "before the changes";

    /// <summary>What the second answer is called.</summary>
    public const string After = "after the changes";

    /// <summary>Answers twice.</summary>
    /// <returns>The changed model's answer.</returns>
    /// <exception cref="UsageException">A change does not fit the model or the prompt.</exception>
    public Generation Answer(TextRequest request, IReadOnlyList<string> changes)
    {
        var rewrites = Resolve(engine, request, changes, cancellation);
        var answering = new Answering(engine, output, statistics, cancellation);
        output.Begin(Before);
        var before = answering.Answer(request with { KeepLogits = true });
        if (before.Reason == FinishReason.Cancelled)
        {
            return before;
        }

        output.Begin(After);
        return answering.Answer(
            request with { Rewrites = rewrites, KeepLogits = true },
            after => AnswerComparison.Of(changes, before, after, engine.Model.Tokenizer.Vocabulary));
    }

    /// <summary>The changes for a request's prompt. What is impossible shows before anything is answered.</summary>
    /// <exception cref="UsageException">A change does not fit the model or the prompt.</exception>
    public static IReadOnlyList<GraphRewrite> Resolve(TextEngine engine, TextRequest request, IReadOnlyList<string> changes, CancellationToken cancellation)
    {
        var rewrites = Intervention.Resolve(
            engine.Engine, engine.Tokenize(request), changes.Select(InterventionRegistry.Parse).ToArray(), text => engine.Tokenize(new TextRequest { Prompt = text, Raw = true }), cancellation);
        engine.Engine.CheckRewrites(rewrites);
        return rewrites;
    }
}
