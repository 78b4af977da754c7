using Sequitur.Kernels.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

/// <summary>Ragged dimensions for tests: sequence s has <c>Counts[s]</c> rows in the batch, after <c>Starts[s]</c> positions before it.</summary>
internal sealed class Ragged
{
    public Ragged(int[] starts, int[] counts, int[]? order = null)
    {
        (Starts, Counts) = (starts, counts);
        Total = counts.Sum();
        var (sequence, position, first) = (new int[Total], new int[Total], new int[counts.Length]);
        var row = 0;
        foreach (var s in order ?? [.. Enumerable.Range(0, counts.Length)])
        {
            first[s] = row;
            for (var i = 0; i < counts[s]; i++, row++)
            {
                (sequence[row], position[row]) = (s, starts[s] + i);
            }
        }

        First = first;
        Rows = new(
            Of(Total, 1, sequence),
            Of(Total, 1, position),
            Of(counts.Length, 1, first),
            Of(counts.Length, 1, counts),
            Of(counts.Length, 1, [.. starts.Zip(counts, (a, b) => a + b)]));
    }

    public int[] Starts { get; }

    public int[] Counts { get; }

    public int[] First { get; }

    public int Total { get; }

    public RaggedRows Rows { get; }

    /// <summary>Whole sequences, from position 0.</summary>
    public static Ragged Whole(params int[] lengths) => new(new int[lengths.Length], lengths);
}
