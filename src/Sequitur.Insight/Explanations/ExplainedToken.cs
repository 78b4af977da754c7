using Sequitur.Tokenizers;

namespace Sequitur.Insight;

/// <summary>A token of the prompt.</summary>
/// <param name="Position">Its place in the prompt.</param>
/// <param name="Id">Its number.</param>
/// <param name="Start">Where it begins, in bytes of the text.</param>
/// <param name="Length">How many bytes of the text it covers; 0 for a begin token that no text wrote.</param>
/// <param name="IsSpecial">Whether it is a control or user-defined token: found by its name, never made by merging.</param>
/// <param name="Merges">The merges that made it out of bytes, in their order.</param>
public sealed record ExplainedToken(int Position, int Id, int Start, int Length, bool IsSpecial, IReadOnlyList<MergeStep> Merges);

/// <summary>A row of numbers, by its ends and its length.</summary>
/// <param name="First">The first numbers.</param>
/// <param name="Last">The last numbers.</param>
/// <param name="Norm">√Σ x² over all of them.</param>
public sealed record NumberRow(float[] First, float[] Last, double Norm)
{
    /// <summary>Numbers that are kept of each end.</summary>
    public const int Shown = 4;

    /// <summary>The ends and the length of a row.</summary>
    public static NumberRow Of(ReadOnlySpan<float> row) =>
        new(row[..Math.Min(Shown, row.Length)].ToArray(), row[Math.Max(row.Length - Shown, Math.Min(Shown, row.Length))..].ToArray(), StreamStatistics.Length(row));
}

/// <summary>A token as it enters the first layer.</summary>
/// <param name="Row">What enters: the token's row, scaled where the family scales it, with its position's row where positions are learned.</param>
/// <param name="Token">The token's row of the table, as the file has it; null where the family has no plain table.</param>
/// <param name="Position">The position's row, where positions are learned.</param>
public sealed record EmbeddedToken(NumberRow Row, NumberRow? Token, NumberRow? Position);

/// <summary>How the model knows the tokens' order.</summary>
/// <param name="IsLearned">Whether each position has a row that is added to the token's.</param>
/// <param name="Rotary">Sets of rotary frequencies; empty where nothing is turned.</param>
public sealed record ExplainedPositions(bool IsLearned, IReadOnlyList<RotaryAngles> Rotary);

/// <summary>A set of rotary frequencies: pair i of a query or key at position p is turned by p · <see cref="Frequencies"/>[i] radians.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Columns">Numbers of a head that are turned, in pairs.</param>
/// <param name="Frequencies">Radians a position, one a pair, as this sequence gets them.</param>
/// <param name="Scale">What cosines and sines are multiplied with.</param>
public sealed record RotaryAngles(string Name, int Columns, IReadOnlyList<float> Frequencies, float Scale);
