using System.Text;
using Sequitur.Cli.Runs;
using Sequitur.Engine;
using Sequitur.Tokenizers;

namespace Sequitur.Cli.Explain;

/// <summary>What a model answers as it is, to be held against what the changed one does.</summary>
/// <param name="changes">The changes, as they were written.</param>
/// <param name="generation">The answer's tokens, with their logits.</param>
/// <param name="text">The answer.</param>
internal sealed class UnchangedAnswer(IReadOnlyList<string> changes, Generation generation, string text)
{
    /// <summary>Answers a request as the model is, and gives the request the changes.</summary>
    /// <exception cref="UsageException">A change does not fit the model or the prompt.</exception>
    public static UnchangedAnswer Of(TextEngine engine, ref TextRequest request, IReadOnlyList<string> changes, CancellationToken cancellation)
    {
        var rewrites = ChangedAnswer.Resolve(engine, request, changes, cancellation);
        var text = new MemoryStream();
        var generation = engine.Generate(request with { KeepLogits = true }, text.Write, cancellation);
        request = request with { Rewrites = rewrites };
        return new(changes, generation, Encoding.UTF8.GetString(text.ToArray()));
    }

    /// <summary>What the changes did.</summary>
    public ExplainedChanges Against(Generation after, BpeVocabulary vocabulary) => new(text, AnswerComparison.Of(changes, generation, after, vocabulary));
}

/// <summary>What changes of the model did to an answer.</summary>
/// <param name="Before">The answer without them.</param>
/// <param name="Comparison">The first token's distribution, before and after.</param>
internal sealed record ExplainedChanges(string Before, AnswerComparison Comparison)
{
    /// <summary>The comparison's lines.</summary>
    public IReadOnlyList<string> Lines()
    {
        var writer = new StringWriter();
        Comparison.WriteTo(writer);
        return writer.ToString().Trim('\n').Split('\n');
    }
}
