namespace Sequitur.Kernels.Attention;

/// <summary>
/// What an attention computes, without saying from where: softmax over the visible keys of <c>term(…(q·k·scale))</c>, times the values.
/// </summary>
/// <param name="Heads">Query heads; query head h reads key head <c>h / (Heads / KeyHeads)</c>.</param>
/// <param name="KeyHeads">Heads of keys and values; divides <paramref name="Heads"/>.</param>
/// <param name="KeyDim">Numbers of a query and of a key, per head.</param>
/// <param name="ValueDim">Numbers of a value and of a result, per head.</param>
/// <param name="Scale">What a dot product is multiplied with.</param>
/// <param name="Causal">Whether a query sees only keys up to its own position.</param>
/// <param name="Window">
/// 0, or how far a query sees: key j is visible iff position − j &lt; window (the position itself counts); without
/// <paramref name="Causal"/> iff |position − j| &lt; window.
/// </param>
/// <param name="Terms">What is done to the scaled scores before the softmax, in this order.</param>
public sealed record AttentionShape(
    int Heads, int KeyHeads, int KeyDim, int ValueDim, float Scale, bool Causal, int Window, IReadOnlyList<ScoreTerm> Terms)
{
    /// <summary>Keys that are reduced by themselves before they are merged with what stands to their left.</summary>
    internal const int Span = 256;

    /// <summary>Query heads that read the same key head.</summary>
    internal int Group => Heads / KeyHeads;

    /// <summary>Numbers of a value, padded to whole groups of lanes.</summary>
    internal int PaddedValueDim => Padded(ValueDim);

    internal static int Padded(int columns) => (columns + 15) / 16 * 16;

    /// <summary>The visible keys [first, end) of a query at <paramref name="position"/> among <paramref name="keys"/> keys.</summary>
    internal (long First, long End) Visible(long position, long keys)
    {
        var first = Window > 0 ? Math.Max(0, position - Window + 1) : 0;
        var end = Causal ? Math.Min(keys, position + 1)
            : Window > 0 ? Math.Min(keys, position + Window)
            : keys;
        return (first, Math.Max(first, end));
    }

    internal void Check()
    {
        if (Heads < 1 || KeyHeads < 1 || Heads % KeyHeads != 0)
        {
            throw new ArgumentException($"{Heads} heads cannot share {KeyHeads} key heads");
        }

        if (KeyDim < 1 || ValueDim < 1 || Window < 0)
        {
            throw new ArgumentException($"attention with key size {KeyDim}, value size {ValueDim} and window {Window}");
        }

        foreach (var term in Terms)
        {
            term.Check(this);
        }
    }
}
