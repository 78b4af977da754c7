using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// Spans of a few queries on their way to being merged: for each span and query the largest score, the sum of the weights, and the weighted values. Threads take spans as they come,
/// so what is merged from left to right must wait here.
/// </summary>
/// <param name="memory">What the threads share: a counter an item, and the spans of all items.</param>
/// <param name="shape">What is computed.</param>
/// <param name="item">Number of the block of queries and key head.</param>
/// <param name="parts">Spans of an item.</param>
/// <param name="queries">Queries of an item.</param>
internal readonly unsafe struct AttentionPartials(SharedMemory memory, AttentionShape shape, long item, int parts, int queries)
{
    /// <summary>Queries, rows × heads, whose spans are shared among threads; more of them are items enough by themselves.</summary>
    private const int MostQueries = 64;

    // Before the values: largest score and sum, and what keeps the values aligned.
    private const int Head = 16;

    private readonly int* _finished = (int*)memory.Counters.Address + item;
    private readonly float* _spans = (float*)memory.Data.Address + (item * parts * queries * Numbers(shape));

    /// <summary>Rows that may be split.</summary>
    public static long MostRows(AttentionShape shape) => Math.Max(1, MostQueries / shape.Heads);

    /// <summary>Bytes for sequences of so many positions.</summary>
    public static long Bytes(AttentionShape shape, long positions) =>
        checked(MostRows(shape) * shape.Heads * ((positions + AttentionShape.Span - 1) / AttentionShape.Span) * Numbers(shape) * sizeof(float));

    /// <summary>Where the values of a span and query go.</summary>
    public float* Result(int part, int query) => Place(part, query) + Head;

    /// <summary>Stores largest scores and sums.</summary>
    public void Keep(int part, SweptQuery* swept, int count)
    {
        for (var i = 0; i < count; i++)
        {
            (Place(part, i)[0], Place(part, i)[1]) = (swept[i].SpanMax, swept[i].SpanSum);
        }
    }

    /// <summary>Takes largest scores and sums back.</summary>
    public void Recall(int part, SweptQuery* swept, int count)
    {
        for (var i = 0; i < count; i++)
        {
            (swept[i].SpanMax, swept[i].SpanSum) = (Place(part, i)[0], Place(part, i)[1]);
        }
    }

    /// <summary>Counts a finished part: true for the last one, which sees what all others wrote.</summary>
    public bool IsLast()
    {
        if (Interlocked.Increment(ref *_finished) < parts)
        {
            return false;
        }

        *_finished = 0;
        return true;
    }

    private static long Numbers(AttentionShape shape) => Head + shape.PaddedValueDim;

    private float* Place(int part, int query) => _spans + ((((long)part * queries) + query) * Numbers(shape));
}
