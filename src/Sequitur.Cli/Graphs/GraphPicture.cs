using Sequitur.Cli.Drawing;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Graphs;

/// <summary>A picture of a model's graph: before fusion at the left, after it at the right, an entry of the model below the other. It needs nothing but itself, on light and on dark pages.</summary>
internal static class GraphPicture
{
    private const double Margin = 36;
    private const double Middle = 90;
    private const double HeadHeight = 92;
    private const double LegendLetter = 6.9;
    private const double Stripe = 6;
    private const double FramePadding = 16;

    private const string Styles = """
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1d2733}
        .page{fill:#ffffff}.head{font-size:22px;font-weight:600}.sub{font-size:14px;font-weight:600}.small{font-size:12px;fill:#566474}
        .title{font-size:13px;font-weight:600;text-anchor:middle}.line{font-size:10.5px;fill:#566474;text-anchor:middle}
        .box{fill:#f7f9fc;stroke:#b7c2cf;stroke-width:1}.outside{fill:none;stroke:#b7c2cf;stroke-dasharray:4 3}.frame{fill:#8aa0b8;fill-opacity:.07;stroke:#8aa0b8;stroke-opacity:.55}
        .edge{fill:none;stroke:#94a3b4;stroke-width:1.4}.stream{fill:none;stroke:#2f6fb3;stroke-width:4;stroke-linecap:round}.effect{fill:none;stroke:#94a3b4;stroke-width:1.4;stroke-dasharray:4 4}
        .k-norm{fill:#7d5fb8}.k-product{fill:#2f6fb3}.k-attention{fill:#c4512f}.k-cache{fill:#b98412}.k-encoding{fill:#2c8c7c}.k-element{fill:#5d8f2f}.k-lookup{fill:#7b8794}
        @media (prefers-color-scheme: dark){text{fill:#e8edf3}.page{fill:#12181f}.small,.line{fill:#a9b6c4}.box{fill:#1b2530;stroke:#44525f}.outside{fill:none;stroke:#5c6b79}.edge,.effect{stroke:#6d7d8d}.stream{stroke:#6ea3e0}
        .k-norm{fill:#a88be0}.k-product{fill:#6ea3e0}.k-attention{fill:#e98262}.k-cache{fill:#dcae4e}.k-encoding{fill:#5cc0af}.k-element{fill:#93c265}.k-lookup{fill:#9aa7b4}}
        """;

    /// <summary>Draws a model.</summary>
    /// <param name="model">What it is called.</param>
    /// <param name="stages">Its stages.</param>
    /// <param name="partsOf">The parts of a stage that are drawn.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(string model, IReadOnlyList<GraphStage> stages, Func<GraphStage, GraphSections> partsOf)
    {
        var entries = stages.GroupBy(stage => stage.Phase).Select(entry => (
            Before: Lay(entry.Single(stage => stage.Name == GraphStage.Names[1])), After: Lay(entry.Single(stage => stage.Name == GraphStage.Names[2])))).ToList();
        DrawnStage Lay(GraphStage stage) => new(stage, partsOf(stage));

        var right = Margin + entries.Max(entry => entry.Before.Width) + Middle;
        var width = Math.Max(right + entries.Max(entry => entry.After.Width) + Margin, 12 * Margin);
        var legend = new SvgText();
        var top = WriteLegend(legend, width);
        var body = new SvgText();
        foreach (var (before, after) in entries)
        {
            var name = entries.Count > 1 ? $"{before.Stage.Phase}, " : "";
            WriteHead(body, Margin, top, $"{name}before fusion", before);
            WriteHead(body, right, top, $"{name}after fusion", after);
            WriteStage(body, before, Margin, top + HeadHeight);
            WriteStage(body, after, right, top + HeadHeight);
            top += HeadHeight + (Math.Max(before.Rows, after.Rows) * DrawnStage.RowHeight) + Margin;
        }

        var svg = new SvgText();
        var (across, down) = (SvgText.Number(width), SvgText.Number(top));
        var title = SvgText.Escape($"{PrintableText.Of(model)}: its graph before and after fusion");
        svg.Raw($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {across} {down}\" width=\"{across}\" height=\"{down}\" role=\"img\" aria-label=\"{title}\">");
        svg.Raw($"<title>{title}</title>\n<style>\n{Styles}\n</style>");
        svg.Box("page", 0, 0, width, top, 0);
        svg.Text("head", Margin, Margin + 10, PrintableText.Of(model));
        return $"{svg}{legend}{body}</svg>\n";
    }

    // Returns where the legend ends.
    private static double WriteLegend(SvgText svg, double width)
    {
        var (x, y) = (Margin, 2 * Margin);
        void Next(Action draw, string word)
        {
            var needed = 28 + (word.Length * LegendLetter);
            if (x + needed > width - Margin)
            {
                (x, y) = (Margin, y + 22);
            }

            draw();
            svg.Text("small", x + 28, y + 10, word);
            x += needed + (Margin / 2);
        }

        foreach (var kind in OperationKind.All)
        {
            Next(() => svg.Box(kind.Style, x, y, 18, 12, 3), kind.Word);
        }

        Next(() => svg.Raw($"<path class=\"stream\" d=\"M{SvgText.Number(x)} {SvgText.Number(y + 6)}h18\"/>"), "residual stream");
        Next(() => svg.Raw($"<path class=\"effect\" d=\"M{SvgText.Number(x)} {SvgText.Number(y + 6)}h18\"/>"), "order only");
        return y + Margin + 12;
    }

    private static void WriteHead(SvgText svg, double x, double y, string title, DrawnStage drawn)
    {
        svg.Text("sub", x, y + 6, title);
        svg.Text("small", x, y + 26, $"{Quantity.Count(drawn.Stage.Count, "operation")} in {Quantity.Count(drawn.Stage.Phases, "phase")}");
        if (drawn.Stage.Fired.Count > 0)
        {
            svg.Text("small", x, y + 44, string.Join(", ", drawn.Stage.Fired.OrderByDescending(fired => fired.Value).Take(3).Select(fired => $"{fired.Key} {fired.Value} ×")));
            svg.Text("small", x, y + 60, string.Join(", ", drawn.Stage.Fired.OrderByDescending(fired => fired.Value).Skip(3).Select(fired => $"{fired.Key} {fired.Value} ×")));
        }
    }

    private static void WriteStage(SvgText svg, DrawnStage drawn, double left, double top)
    {
        double Y(int rank) => top + (rank * DrawnStage.RowHeight);
        foreach (var (section, first, last) in drawn.Bands.Where(band => band.Section.Layers.Count > 0))
        {
            svg.Box("frame", left - FramePadding, Y(first) - FramePadding + 2, drawn.Width + (2 * FramePadding), Y(last) - Y(first) + DrawnStage.BoxHeight + (2 * FramePadding) - 4, 14);
            var times = section.Layers.Count > 1 ? $", {section.Layers.Count} ×" : "";
            svg.Raw($"<text class=\"small\" text-anchor=\"end\" x=\"{SvgText.Number(left + drawn.Width + FramePadding - 10)}\" y=\"{SvgText.Number(Y(first) + 4)}\">{SvgText.Escape(section.Title + times)}</text>");
        }

        var spine = drawn.Spine.Zip(drawn.Spine.Skip(1)).ToHashSet();
        foreach (var edge in drawn.Edges.OrderBy(edge => spine.Contains((edge.From, edge.To)) ? 0 : 1))
        {
            var (from, to) = (drawn.Boxes[edge.From], drawn.Boxes[edge.To]);
            var points = new List<(double, double)> { (left + from.X, Y(from.Rank) + DrawnStage.BoxHeight) };
            foreach (var (i, bend) in edge.Bends.Index())
            {
                points.Add((left + bend, Y(from.Rank + 1 + i)));
                points.Add((left + bend, Y(from.Rank + 1 + i) + DrawnStage.BoxHeight));
            }

            points.Add((left + to.X, Y(to.Rank)));
            svg.Curve(spine.Contains((edge.From, edge.To)) ? "stream" : drawn.IsEffect(edge) ? "effect" : "edge", points);
        }

        foreach (var (box, label) in drawn.Boxes.Zip(drawn.Labels))
        {
            WriteBox(svg, label, left + box.X, Y(box.Rank), box.Width);
        }
    }

    private static void WriteBox(SvgText svg, DrawnStage.Label label, double middle, double y, double width)
    {
        var left = middle - (width / 2);
        svg.Box(label.Kinds.Count == 0 ? "box outside" : "box", left, y, width, DrawnStage.BoxHeight, 7);
        var part = (DrawnStage.BoxHeight - 12) / Math.Max(label.Kinds.Count, 1);
        foreach (var (i, kind) in label.Kinds.Index())
        {
            svg.Box(kind.Style, left + 5, y + 6 + (i * part), Stripe, part - 1, 2);
        }

        string[] lines = [label.Title, .. new[] { label.Operation, label.Shape }.Where(line => line.Length > 0)];
        var step = DrawnStage.BoxHeight / (lines.Length + 0.5);
        foreach (var (i, line) in lines.Index())
        {
            svg.Text(i == 0 ? "title" : "line", middle + 4, y + 4.5 + (step * (i + 0.75)), line);
        }
    }
}
