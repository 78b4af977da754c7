namespace Sequitur.Kernels.Elementwise;

/// <summary>
/// A change of some rows and columns of a matrix: y = x · scale + addend there, y = x elsewhere. A scale of 0 replaces, whatever x is.
/// </summary>
/// <param name="Positions">The positions whose rows are changed, ascending; null for all rows.</param>
/// <param name="FirstColumn">The first column.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="Scale">What they are multiplied with.</param>
/// <param name="Addend">
/// What is added then: <see cref="Columns"/> numbers for all rows, or for each position its own, one after the other; null for nothing.
/// </param>
public sealed record RowEdit(int[]? Positions, int FirstColumn, int Columns, float Scale, float[]? Addend)
{
    /// <summary>Whether each position has an addend of its own.</summary>
    public bool IsPerPosition => Positions is not null && Addend is not null && Addend.Length != Columns;

    /// <summary>The change without what is added: how gradients pass through it.</summary>
    public RowEdit Linear => this with { Addend = null };

    /// <summary>Refuses what does not fit a matrix.</summary>
    /// <param name="width">The matrix's columns.</param>
    /// <exception cref="ArgumentException">Columns lie outside, positions do not ascend, or there are too many or few numbers to add.</exception>
    public void Check(int width)
    {
        if (FirstColumn < 0 || Columns < 1 || FirstColumn > width - Columns)
        {
            throw new ArgumentException($"columns {FirstColumn} to {FirstColumn + Columns - 1} are not among {width}");
        }

        for (var i = 1; i < Positions?.Length; i++)
        {
            if (Positions[i] <= Positions[i - 1])
            {
                throw new ArgumentException("positions of an edit must ascend");
            }
        }

        var perPosition = (long)Columns * (Positions?.Length ?? 1);
        if (Addend is not null && Addend.Length != Columns && Addend.Length != perPosition)
        {
            throw new ArgumentException($"{Addend.Length} numbers do not fit {Columns} columns{(Positions is null ? "" : $" at {Positions.Length} positions")}");
        }
    }
}
