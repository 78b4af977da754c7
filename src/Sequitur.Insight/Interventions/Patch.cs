using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>
/// Puts a value of another prompt's run at the same positions (activation patching, Meng et al. 2022, arXiv:2202.05262). Written <c>layers.6.l_out@3=The capital of Germany is</c>.
/// </summary>
/// <param name="Value">The value.</param>
/// <param name="At">Where, in both prompts.</param>
/// <param name="Prompt">The other prompt.</param>
/// <param name="Text">How it was written.</param>
[Intervention("patch", "Take a value from another prompt's run: NAME@POSITIONS=PROMPT")]
public sealed record Patch(string Value, Positions At, string Prompt, string Text) : Intervention(Value, Text), IIntervention
{
    /// <summary>The other prompt's run, with <see cref="Intervention.Value"/> recorded; null where <see cref="Prompt"/> is to be run.</summary>
    public Recording? Other { get; init; }

    /// <summary>Takes the value of a run that is there already.</summary>
    public static Patch From(Recording other, string value, Positions at) => new(value, at, "", $"{value}@{at} of another run") { Other = other };

    /// <summary>Reads a patch.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Intervention Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && equals > at + 1 && equals < text.Length - 1
            ? new Patch(text[..at], Positions.Parse(text[(at + 1)..equals]), text[(equals + 1)..], text)
            : throw new UsageException($"'{text}' is no patch: write NAME@POSITIONS=PROMPT");
    }

    /// <inheritdoc/>
    public override GraphRewrite Resolve(InterventionContext context)
    {
        var other = Other?.Value(Value) ?? context.Run(Value, Prompt);
        var positions = At.Of(context.Ids.Count) ?? [.. Enumerable.Range(0, context.Ids.Count)];
        if (positions[^1] >= other.Rows)
        {
            throw new UsageException($"'{Text}' takes position {positions[^1]} of a prompt that has positions 0 to {other.Rows - 1}: choose others");
        }

        var numbers = positions.SelectMany(position => other.Row(position).ToArray()).ToArray();
        return new ValueEdit(Value, new(positions, 0, other.Columns, 0, numbers));
    }
}
