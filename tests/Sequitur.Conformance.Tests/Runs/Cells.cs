using Sequitur.Conformance.Tests.Cases;

namespace Sequitur.Conformance.Tests.Runs;

/// <summary>
/// The real tokens of a padded rectangle <c>[batch, width]</c>: padding ends at the door. The real tokens of a row follow one another, with positions from 0.
/// </summary>
internal sealed class Cells
{
    private readonly int[] _cells;

    private Cells(int width, int[] cells, int[] counts)
    {
        Width = width;
        _cells = cells;
        Counts = counts;
    }

    /// <summary>Tokens of a padded row.</summary>
    public int Width { get; }

    /// <summary>Real tokens of each row.</summary>
    public int[] Counts { get; }

    /// <summary>All real tokens, row after row.</summary>
    public int Count => _cells.Length;

    /// <summary>The cells of ids, with the mask that says which are real; without one all are.</summary>
    public static Cells Of(ExpectedTensors tensors, string ids, string mask)
    {
        var shape = tensors.Shape(ids);
        var (batch, width) = ((int)shape[0], (int)shape[1]);
        var real = tensors.Has(mask) ? tensors.Integers(mask) : [.. Enumerable.Repeat(1, batch * width)];
        return new(
            width,
            [.. Enumerable.Range(0, batch * width).Where(cell => real[cell] != 0)],
            [.. Enumerable.Range(0, batch).Select(row => real.AsSpan(row * width, width).Count(1))]);
    }

    /// <summary>The rows of the real tokens of <c>[batch, width, …]</c>.</summary>
    public T[] Pick<T>(T[] values, int columns = 1)
    {
        var result = new T[_cells.Length * columns];
        for (var i = 0; i < _cells.Length; i++)
        {
            values.AsSpan(_cells[i] * columns, columns).CopyTo(result.AsSpan(i * columns));
        }

        return result;
    }

    /// <summary>The rows of the real tokens of an expected tensor <c>[batch, width, …]</c>.</summary>
    public Expected Pick(Expected expected) => expected with { Values = Pick(expected.Values, expected.Width(2)) };

    /// <summary>
    /// Attention weights <c>[batch, heads, width, key width]</c> as <c>[tokens, heads, positions]</c>: padding taken out of queries and keys,
    /// and zeros after the end of a row's own keys.
    /// </summary>
    public Expected PickWeights(Expected expected, Cells keys)
    {
        var heads = (int)expected.Shape[1];
        var longest = keys.Counts.Max();
        var result = new float[_cells.Length * heads * longest];
        for (var i = 0; i < _cells.Length; i++)
        {
            var (row, query) = (_cells[i] / Width, _cells[i] % Width);
            var first = keys.Counts.Take(row).Sum();
            for (var line = 0; line < heads * keys.Counts[row]; line++)
            {
                var (head, position) = (line / keys.Counts[row], line % keys.Counts[row]);
                var key = keys._cells[first + position] % keys.Width;
                result[(((i * heads) + head) * longest) + position] = expected.Values[(((((row * heads) + head) * Width) + query) * keys.Width) + key];
            }
        }

        return expected with { Values = result };
    }
}
