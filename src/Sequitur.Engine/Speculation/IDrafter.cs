namespace Sequitur.Engine.Speculation;

/// <summary>
/// Guesses how a sequence goes on. What it says changes how long an answer takes, never the answer: each drafted token is compared with the one that is chosen in its place. One file each.
/// </summary>
public interface IDrafter
{
    /// <summary>For each strength that a draft can have, weakest first, the share of its tokens that is expected to be right before anything is known; each from 0 to 1.</summary>
    IReadOnlyList<double> Expectations { get; }

    /// <summary>Drafts the next tokens. Called before every run that chooses one token; allocates nothing.</summary>
    /// <param name="ids">Prompt and answer so far, oldest first.</param>
    /// <param name="draft">Receives ids of the vocabulary; at least one fits.</param>
    Draft Draft(ReadOnlySpan<int> ids, Span<int> draft);
}

/// <summary>What a drafter found.</summary>
/// <param name="Count">Tokens that it wrote; 0 for none.</param>
/// <param name="Strength">How good the reason for them is: an index into <see cref="IDrafter.Expectations"/>. How often each is right is learned while a sequence runs.</param>
public readonly record struct Draft(int Count, int Strength);
