using System.Globalization;
using System.Text.Json;
using Sequitur.Cli.Why;
using Sequitur.Engine;
using Sequitur.Insight;
using Sequitur.Kernels.Numerics;
using Sequitur.Tokenizers;

namespace Sequitur.Cli.Runs;

/// <summary>What changes of the model did to the first token's distribution.</summary>
internal sealed class AnswerComparison
{
    private const int Shown = 5;

    private readonly IReadOnlyList<string> _changes;
    private readonly double[] _before;
    private readonly double[] _after;
    private readonly double _divergence;
    private readonly int[] _tokens;
    private readonly TokenNames _names;

    private AnswerComparison(IReadOnlyList<string> changes, float[] before, float[] after, TokenNames names)
    {
        (_changes, _names) = (changes, names);
        (_before, _after) = (Distributions.LogProbabilities(before), Distributions.LogProbabilities(after));
        _divergence = Distributions.KullbackLeibler(before, after);
        _tokens = [.. Distributions.Top(before, Shown).Concat(Distributions.Top(after, Shown)).Distinct()];
    }

    /// <summary>Compares two answers.</summary>
    /// <param name="changes">The changes, as they were written.</param>
    /// <param name="before">The answer of the model as it is, with its logits.</param>
    /// <param name="after">The changed model's.</param>
    /// <param name="vocabulary">The tokens' bytes.</param>
    public static AnswerComparison Of(IReadOnlyList<string> changes, Generation before, Generation after, BpeVocabulary vocabulary) =>
        new(changes, before.Logits![0], after.Logits![0], new TokenNames(vocabulary));

    /// <summary>Writes a table of the likeliest first tokens.</summary>
    public void WriteTo(TextWriter writer)
    {
        writer.Write($"\nThe first token, with {string.Join("; ", _changes)}:\n");
        foreach (var token in _tokens)
        {
            writer.Write($"  {Percent(_before[token]),9} → {Percent(_after[token]),9}  {_names.Piece(token)}\n");
        }

        writer.Write(string.Create(CultureInfo.InvariantCulture, $"KL divergence of the changed distribution: {_divergence:0.0000} nats\n"));
    }

    /// <summary>Writes the same as an object.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject("comparison");
        json.WriteStartArray("changes");
        foreach (var change in _changes)
        {
            json.WriteStringValue(change);
        }

        json.WriteEndArray();
        json.WriteNumber("kl", _divergence);
        json.WriteStartArray("first_token");
        foreach (var token in _tokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token);
            json.WriteString("text", _names.Text(token));
            json.WriteNumber("before", _before[token]);
            json.WriteNumber("after", _after[token]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Percent(double log) => Scalar.ExpDouble(log).ToString(log > Scalar.LogDouble(0.0005) ? "0.0 %" : "0E+0 %", CultureInfo.InvariantCulture);
}
