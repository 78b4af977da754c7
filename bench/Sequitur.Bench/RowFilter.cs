namespace Sequitur.Bench;

/// <summary>Which rows are measured: those whose figure and title hold all of some texts, capitals or not; without texts all.</summary>
/// <param name="Texts">The texts.</param>
internal sealed record RowFilter(params IReadOnlyList<string> Texts)
{
    /// <summary>Whether a row is asked for; of a figure that is measured as a whole the title is empty.</summary>
    /// <param name="figure">The figure's name.</param>
    /// <param name="title">The row's title.</param>
    public bool Takes(string figure, string title = "") => Texts.All(text => $"{figure}: {title}".Contains(text, StringComparison.OrdinalIgnoreCase));
}
