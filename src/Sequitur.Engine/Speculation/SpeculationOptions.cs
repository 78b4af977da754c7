namespace Sequitur.Engine.Speculation;

/// <summary>
/// Speculation (Leviathan et al. 2023): tokens that a cheap drafter guesses go through the model in one run with the token before them, and those stay that would have been chosen anyway. Here a run's logits do not depend on what else is in it, and each
/// token is chosen by the request's own samplers from its own row: the answer, its logits and its reports are those of plain decoding, to the bit. It happens while one sequence runs alone.
/// </summary>
/// <param name="MostDrafted">The most tokens to draft for a run, from 1 to <see cref="Limit"/>.</param>
/// <param name="Start">The drafter of a sequence that may come to have so many tokens.</param>
public sealed record SpeculationOptions(int MostDrafted, Func<int, IDrafter> Start)
{
    /// <summary>The largest <see cref="MostDrafted"/>.</summary>
    public const int Limit = 64;

    /// <summary>Whether to draft as many tokens as pays, by how often drafts were right and how long runs took, instead of always the most.</summary>
    public bool Adapts { get; init; } = true;

    /// <summary>Speculation by <see cref="PromptLookup"/>.</summary>
    /// <param name="mostDrafted">The most tokens to draft for a run; 0 for no speculation.</param>
    public static SpeculationOptions? Lookup(int mostDrafted) => mostDrafted == 0 ? null : new(mostDrafted, _ => PromptLookup.Instance);
}
