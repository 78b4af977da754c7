namespace Sequitur.Engine.Speculation;

/// <summary>
/// Prompt look-up: an answer that copies goes on as it did where its last tokens stood before, in the prompt or in the answer itself (Saxena 2023; Yang et al. 2023, <i>Inference with Reference</i>). The place that shares most
/// tokens counts, of equals the last one. It keeps nothing, so one serves all sequences.
/// </summary>
public sealed class PromptLookup : IDrafter
{
    private const int Least = 2;
    private const int Most = 32;

    private PromptLookup()
    {
    }

    /// <summary>The drafter.</summary>
    public static PromptLookup Instance { get; } = new();

    /// <inheritdoc/>
    /// <remarks>Strengths are the numbers of tokens that are shared: 2, 3, 4 to 7, 8 to 15, 16 to 31, more.</remarks>
    public IReadOnlyList<double> Expectations { get; } = [0.3, 0.5, 0.6, 0.8, 0.9, 0.95];

    /// <inheritdoc/>
    public Draft Draft(ReadOnlySpan<int> ids, Span<int> draft)
    {
        var (from, shared) = Find(ids);
        if (shared < Least)
        {
            return default;
        }

        // A copy that reaches the end goes on with itself, as what repeats would.
        for (var i = 0; i < draft.Length; i++)
        {
            draft[i] = from + i < ids.Length ? ids[from + i] : draft[from + i - ids.Length];
        }

        return new Draft(draft.Length, Strength(shared));
    }

    private static int Strength(int shared) => shared switch { < 4 => shared - Least, < 8 => 2, < 16 => 3, < Most => 4, _ => 5 };

    // Where the best place goes on, and how many tokens before it are also the last ones.
    private static (int From, int Shared) Find(ReadOnlySpan<int> ids)
    {
        var (from, most) = (0, 0);
        if (ids.Length <= Least)
        {
            return default;
        }

        var earlier = ids[..^1];
        while (most < Most && earlier.LastIndexOf(ids[^1]) is var at && at >= Least - 1)
        {
            var shared = Shared(earlier[..at], ids[..^1]) + 1;
            (from, most) = shared > most ? (at + 1, shared) : (from, most);
            earlier = earlier[..at];
        }

        return (from, most);
    }

    private static int Shared(ReadOnlySpan<int> earlier, ReadOnlySpan<int> last)
    {
        var count = 0;
        while (count < Most - 1 && count < earlier.Length && earlier[^(count + 1)] == last[^(count + 1)])
        {
            count++;
        }

        return count;
    }
}
