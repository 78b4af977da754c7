using System.Xml.Linq;
using Sequitur.Cli.Output;
using Sequitur.Insight;

namespace Sequitur.Cli.Explain;

/// <summary>The figures of the page: bars of candidates, how the logit comes about, attention patterns, the lens, the heads.</summary>
/// <param name="text">The explanation.</param>
internal sealed class HtmlFigures(ExplainText text)
{
    private const int LabelLength = 14;

    private readonly Explanation _run = text.Explanation;

    /// <summary>The stages as boxes, with the loop.</summary>
    public static XElement Stages()
    {
        string[] names = ["1 tokenize", "2 embed", "3 layers", "4 head", "5 sample", "7 detokenize"];
        const double Width = 106;
        const double Step = 118;
        var svg = Drawing(names.Length * Step, 84, "The seven stages");
        foreach (var (i, name) in names.Index())
        {
            svg.Add(new XElement(Html.Shape("rect", ("x", 2 + (i * Step)), ("y", 8), ("width", Width), ("height", 30), ("rx", 6), ("fill", "none"), ("class", "a"))));
            svg.Add(Label(name, 2 + (i * Step) + (Width / 2), 28, "middle"));
            if (i > 0)
            {
                svg.Add(Label("→", (i * Step) - 4, 28, "middle", "s"));
            }
        }

        var (from, to) = (2 + (4 * Step) + (Width / 2), 2 + Step + (Width / 2));
        svg.Add(Html.Shape("path", ("d", $"M{from} 38 V64 H{to} V46"), ("fill", "none"), ("class", "a")));
        svg.Add(Label("▲", to, 50, "middle", "s"));
        svg.Add(Label("6 loop: again with the new token", (from + to) / 2, 79, "middle", "s"));
        return svg;
    }

    /// <summary>The candidates and their probabilities as bars.</summary>
    public XElement Candidates()
    {
        const double Left = 130;
        const double Room = 380;
        var candidates = _run.Head.Candidates;
        var svg = Drawing(Left + Room + 130, (candidates.Count * 24) + 8, "The likeliest tokens");
        foreach (var (i, candidate) in candidates.Index())
        {
            var y = 4 + (i * 24);
            var width = Math.Max(1, Room * candidate.Probability / candidates[0].Probability);
            svg.Add(Label(Short(text.Token(candidate.Id)), Left - 8, y + 16, "end", "m"));
            svg.Add(Html.Shape("rect", ("x", Left), ("y", y + 3), ("width", width), ("height", 17), ("rx", 2), ("class", "b"), ("opacity", candidate.Id == _run.Token ? 1.0 : 0.55)));
            svg.Add(Label($"{ExplainText.Percent(candidate.Probability)}  logit {ExplainText.Decimal(candidate.Logit)}{(candidate.RemovedBy is { } by ? $", out by {PrintableText.Of(by)}" : "")}", Left + width + 6, y + 16, "start", "s"));
        }

        return svg;
    }

    /// <summary>How parts add up to the logit: each bar begins where the one before ended.</summary>
    public XElement Waterfall(Attribution logit)
    {
        List<(string Name, double Value)> parts = [("embedding", logit.Embedding)];
        for (var layer = 0; layer < logit.Attention.Length; layer++)
        {
            parts.Add(($"{layer} {(_run.Model.HasAttention ? "attention" : "mixing")}", logit.Attention[layer]));
            parts.Add(($"{layer} feed-forward", logit.FeedForward[layer]));
        }

        parts.Add(("biases", logit.Bias));
        var (sums, sum) = (new List<double> { 0 }, 0.0);
        sums.AddRange(parts.Select(part => sum += part.Value));
        var (least, most) = (sums.Min(), Math.Max(sums.Max(), sums.Min() + 1e-9));
        const double Left = 118;
        const double Room = 520;
        const double Height = 13;
        double X(double value) => Left + ((value - least) / (most - least) * Room);
        var svg = Drawing(Left + Room + 70, ((parts.Count + 1) * Height) + 12, "What adds up to the logit");
        svg.Add(Html.Shape("line", ("x1", X(0)), ("x2", X(0)), ("y1", 0), ("y2", (parts.Count + 1) * Height), ("class", "a")));
        foreach (var (i, (name, value)) in parts.Index())
        {
            var y = 2 + (i * Height);
            var (x, width) = (Math.Min(X(sums[i]), X(sums[i + 1])), Math.Max(Math.Abs(X(sums[i + 1]) - X(sums[i])), 0.8));
            svg.Add(Small(name, Left - 8, y + 9, "end", "s"), Html.Shape("rect", ("x", x), ("y", y), ("width", width), ("height", Height - 3), ("class", value < 0 ? "q" : "p")));
            svg.Add(Small(ExplainText.Signed(value), Math.Max(X(sums[i]), X(sums[i + 1])) + 4, y + 9, "start", "s"));
        }

        var end = 2 + (parts.Count * Height);
        svg.Add(Small("logit", Left - 8, end + 10, "end", ""), Html.Shape("rect", ("x", Math.Min(X(0), X(sum))), ("y", end), ("width", Math.Abs(X(sum) - X(0))), ("height", Height - 1), ("class", "b")));
        svg.Add(Small(ExplainText.Decimal(logit.RawLogit), Math.Max(X(0), X(sum)) + 4, end + 10, "start", ""));
        return svg;
    }

    /// <summary>An attention pattern: a row for each query, a column for each key.</summary>
    public XElement Pattern(AttentionPattern pattern, bool isLarge)
    {
        var count = pattern.Weights.Count;
        var cell = isLarge ? 22.0 : Math.Clamp(190.0 / count, 5, 22);
        var left = isLarge ? 96.0 : 4;
        var svg = Drawing(left + (count * cell) + 4, (count * cell) + (isLarge ? 90 : 4), $"Attention of head {pattern.Layer}.{pattern.Head}");
        for (var t = 0; t < count; t++)
        {
            if (isLarge)
            {
                svg.Add(Small(Short(text.At(pattern.FirstPosition + t)), left - 6, (t * cell) + (cell / 2) + 4, "end", "m"));
                var key = Small(Short(text.At(pattern.FirstPosition + t)), 0, 0, "end", "m");
                key.SetAttributeValue("transform", FormattableString.Invariant($"translate({left + (t * cell) + (cell / 2) + 3:0.#} {(count * cell) + 6:0.#}) rotate(-60)"));
                svg.Add(key);
            }

            for (var j = 0; j <= t; j++)
            {
                var weight = pattern.Weights[t][j];
                var box = Html.Shape("rect", ("x", left + (j * cell)), ("y", t * cell), ("width", cell - 0.6), ("height", cell - 0.6), ("class", "b"), ("opacity", 0.05 + (0.95 * weight)));
                box.Add(new XElement("title", $"{text.At(pattern.FirstPosition + t)} looks at {text.At(pattern.FirstPosition + j)}: {ExplainText.Percent(weight)}"));
                svg.Add(box);
            }
        }

        return Html.Element("figure", null, svg, Html.Element("figcaption", null, $"head {pattern.Layer}.{pattern.Head}", Contribution(pattern)));
    }

    /// <summary>The lens: tokens × depths.</summary>
    public XElement Lens()
    {
        var header = Html.Element("tr", null, [Html.Element("th", null, "behind layer"), .. _run.Lens.Select(column => Html.Element("th", "t", text.At(column.Position)))]);
        var rows = Enumerable.Range(0, _run.Lens[0].Rows.Count).Select(depth => Html.Element(
            "tr", null,
            [Html.Element("th", "n", depth == 0 ? "embedding" : $"{depth - 1}"), .. _run.Lens.Select(column => Guess(column.Rows[depth]))]));
        return Html.Element("div", "wide", Html.Element("table", "grid", Html.Element("thead", null, header), Html.Element("tbody", null, [.. rows])));
    }

    /// <summary>All heads: layers × heads, by what each added to the logit, or by how evenly it looked.</summary>
    public XElement Heads()
    {
        var most = _run.Layers.SelectMany(layer => layer.Heads).Max(head => Math.Abs(head.Logit ?? head.Entropy));
        var rows = _run.Layers.Select(layer => Html.Element("tr", null, [Html.Element("th", "n", $"{layer.Index}"), .. layer.Heads.Select(head => HeadCell(head, most))]));
        return Html.Element("div", "wide", Html.Element("table", "heads", Html.Element("tbody", null, [.. rows])));
    }

    private XElement HeadCell(ExplainedHead head, double most)
    {
        var looks = string.Join(", ", head.Links.Select(link => $"{text.At(link.Position)} {ExplainText.Percent(link.Weight)}"));
        var value = head.Logit ?? head.Entropy;
        var mark = head.Logit is { } added && Math.Abs(added) > most / 4 ? (added < 0 ? "−" : "+") : "";
        var cell = Html.Element("td", value < 0 ? "minus" : "plus", Html.Heat(Math.Abs(value) / most), new XAttribute("title", $"head {head.Layer}.{head.Index}: adds {ExplainText.Signed(head.Logit)}, entropy {ExplainText.Decimal(head.Entropy)}, looks at {looks}"), mark);
        cell.SetAttributeValue("align", "center");
        return cell;
    }

    private XElement Guess(LensGuess guess) => Html.Element(
        "td", "t", Html.Heat(guess.Probability), new XAttribute("title", ExplainText.Percent(guess.Probability)), text.Token(guess.Token));

    private string Contribution(AttentionPattern pattern) => _run.Layers[pattern.Layer].Heads[pattern.Head].Logit is { } logit ? $", adds {ExplainText.Signed(logit)}" : "";

    private static string Short(string token) => CellText.CutEnd(token, LabelLength);

    private static XElement Drawing(double width, double height, string title)
    {
        var svg = Html.Shape("svg", ("viewBox", FormattableString.Invariant($"0 0 {width:0.#} {height:0.#}")), ("width", width), ("height", height), ("role", "img"));
        svg.Add(new XElement("title", title));
        return svg;
    }

    private static XElement Label(string content, double x, double y, string anchor, string style = "")
    {
        var label = Html.Shape("text", ("x", x), ("y", y), ("text-anchor", anchor), ("class", style));
        label.Add(content);
        return label;
    }

    private static XElement Small(string content, double x, double y, string anchor, string style)
    {
        var label = Label(content, x, y, anchor, style);
        label.SetAttributeValue("style", "font-size:10px");
        return label;
    }
}
