using System.Globalization;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>Multiplies a value. Written <c>layers.3.ffn_out=0.5</c>, with <c>@2-5</c> behind it for some positions.</summary>
/// <param name="Value">The value.</param>
/// <param name="Factor">What it is multiplied with.</param>
/// <param name="At">Where.</param>
/// <param name="Text">How it was written.</param>
[Intervention("scale", "Multiply a value: NAME=FACTOR[@POSITIONS]")]
public sealed record Scaling(string Value, float Factor, Positions At, string Text) : Intervention(Value, Text), IIntervention
{
    /// <summary>Reads a scaling.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Intervention Parse(string text)
    {
        var (value, factor, at) = Assignment.Split(text, "NAME=FACTOR[@POSITIONS]");
        return float.TryParse(factor, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
            ? new Scaling(value, number, at, text)
            : throw new UsageException($"'{factor}' in '{text}' is no factor: write a number");
    }

    /// <inheritdoc/>
    public override GraphRewrite Resolve(InterventionContext context) => context.Edit(Value, At, Factor, null);
}

/// <summary>The common form <c>NAME=WHAT[@POSITIONS]</c>.</summary>
internal static class Assignment
{
    /// <exception cref="UsageException">The text has another form.</exception>
    public static (string Name, string What, Positions At) Split(string text, string form)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || equals == text.Length - 1)
        {
            throw new UsageException($"'{text}' is no change of a value: write {form}");
        }

        // A quoted text may hold anything; positions come behind it.
        var what = text[(equals + 1)..];
        var at = what.LastIndexOf('@');
        return at > what.LastIndexOf('"') && at >= 0 ? (text[..equals], what[..at], Positions.Parse(what[(at + 1)..])) : (text[..equals], what, Positions.All);
    }
}
