namespace Sequitur.Kernels.MatMul;

/// <summary>
/// Goes through the experts that some tokens chose, in the order of their first choice, and through each one's choices (pair = token·slots +
/// slot) in ascending order. Who shares an expert decides only how often it is decoded.
/// </summary>
/// <param name="ids">Chosen experts, I32 <c>[tokens, slots]</c>.</param>
/// <param name="pairs">Tokens times slots.</param>
/// <param name="experts">How many experts there are.</param>
/// <param name="seen">A byte for each expert, all zero.</param>
internal unsafe struct ExpertWalk(Operand ids, long pairs, int experts, byte* seen)
{
    private long _first = -1;
    private long _next;

    /// <summary>The expert of a pair, or −1 where the id names none.</summary>
    public readonly int Expert(long pair)
    {
        var id = ids.Integers(pair / ids.Columns)[pair % ids.Columns];
        return id >= 0 && id < experts ? id : -1;
    }

    /// <summary>Moves to the next expert that was chosen.</summary>
    public bool MoveNext(out int expert)
    {
        for (_first++; _first < pairs; _first++)
        {
            expert = Expert(_first);
            if (expert >= 0 && seen[expert] == 0)
            {
                seen[expert] = 1;
                _next = _first;
                return true;
            }
        }

        expert = -1;
        return false;
    }

    /// <summary>Takes up to <paramref name="capacity"/> further pairs of the present expert; returns how many there were.</summary>
    public int Take(int expert, long* taken, int capacity)
    {
        var count = 0;
        for (; _next < pairs && count < capacity; _next++)
        {
            if (Expert(_next) == expert)
            {
                taken[count++] = _next;
            }
        }

        return count;
    }
}
