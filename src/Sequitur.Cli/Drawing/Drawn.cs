namespace Sequitur.Cli.Drawing;

/// <summary>A box of a drawing. The layout sets where its middle is.</summary>
/// <param name="Width">Its width.</param>
/// <param name="Band">Boxes of a band stand below all boxes of smaller bands.</param>
internal sealed record DrawnBox(double Width, int Band)
{
    /// <summary>Its row from the top.</summary>
    public int Rank { get; set; }

    /// <summary>Horizontal middle.</summary>
    public double X { get; set; }
}

/// <summary>A line from one box down to another.</summary>
/// <param name="From">Number of the upper box.</param>
/// <param name="To">Number of the lower box.</param>
internal sealed record DrawnEdge(int From, int To)
{
    /// <summary>Where it goes through the rows between, from top to bottom: horizontal places.</summary>
    public IReadOnlyList<double> Bends { get; set; } = [];
}
