using Sequitur.Cli.Output;
using Sequitur.Insight;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Cli.Explain;

/// <summary>The third stage on a terminal: layers, heads, what made the logit, the lens, and attention patterns.</summary>
/// <param name="text">The explanation.</param>
/// <param name="sheet">Receives it.</param>
/// <param name="detail">What is shown beside the usual.</param>
internal sealed class LayerSection(ExplainText text, Sheet sheet, ExplainDetail detail)
{
    private const int LeadingHeads = 6;
    private const int PatternLabel = 12;
    private const int UnaskedPattern = 16;

    private readonly Explanation _run = text.Explanation;

    private string Last => text.At(_run.Tokens.Count - 1);

    private string Chosen => text.Token(_run.Token);

    /// <summary>Writes the stage.</summary>
    public void Write()
    {
        var model = _run.Model;
        sheet.Stage(3, "Layers", $"{_run.Tokens.Count} × {ExplainText.Whole(model.Width)} numbers → the same, {Quantity.Count(model.Layers, "layer")} later");
        var mixes = model.HasAttention ? "Its attention heads let a token take something over from tokens before it" : "Its recurrence carries something over from token to token";
        sheet.Say($"Each layer reads the stream and adds to it, twice. {mixes}; its feed-forward part then works on each token by itself. "
            + $"Below: the last token, {Last}, because what comes next is read from there.");
        sheet.Blank();
        WriteLegend();
        sheet.Blank();
        WriteLayers();
        WriteSum();
        WriteHeads();
        WritePatterns();
        WriteLens();
    }

    private void WriteLegend()
    {
        sheet.Say("length: of the stream, √Σx²", Ink.Dim);
        if (HasHeads)
        {
            sheet.Say("heads: one bar a head, high where it looks at many tokens evenly, low where at one (entropy)", Ink.Dim);
            sheet.Say("looks at: where most attention goes but the first token, where heads look that have found nothing", Ink.Dim);
        }

        if (_run.Logit is not null)
        {
            sheet.Say($"{(_run.Model.HasAttention ? "attention" : "mixing")}, feed-fwd: what each adds to the final score (logit) of {Chosen}, which is chosen in the end", Ink.Dim);
        }

        if (_run.FirstGuess is not null)
        {
            sheet.Say("says: the likeliest next token if the model stopped behind this layer (logit lens)", Ink.Dim);
        }
    }

    private bool HasHeads => _run.Layers.Any(layer => layer.Heads.Count > 0);

    private void WriteLayers()
    {
        var rows = new List<IReadOnlyList<Inked>>
        {
            (Inked[])["in", ExplainText.Decimal(_run.Embeddings[^1].Row.Norm, 1), "", "", "", "", Guess(_run.FirstGuess), Share(_run.FirstGuess)],
        };
        rows.AddRange(_run.Layers.Select(layer => (IReadOnlyList<Inked>)
        [
            ExplainText.Whole(layer.Index), ExplainText.Decimal(layer.StreamLength, 1), new Inked(Entropies(layer), Ink.Bar), Strongest(layer), Signed(layer.AttentionLogit), Signed(layer.FeedForwardLogit),
            Guess(layer.Guess), Share(layer.Guess),
        ]));
        sheet.Table(
            [
                new("layer", true), new("length", true, 4), new("heads", Rank: 3), new("looks at", Rank: 2, IsCut: true), new(_run.Model.HasAttention ? "attention" : "mixing", true, 1), new("feed-fwd", true, 1),
                new("says", IsCut: true), new("p", true, 5),
            ],
            rows);
    }

    private static Inked Signed(double? number) => new(ExplainText.Signed(number), number < 0 ? Ink.Minus : Ink.Plus);

    private Inked Guess(LensRow? guess) => guess is null ? "" : new Inked(text.Token(guess.Best), guess.Best == _run.Token ? Ink.Strong : Ink.Token);

    private static string Share(LensRow? guess) => guess is null ? "" : ExplainText.Percent(guess.BestProbability);

    private string Entropies(ExplainedLayer layer) => Blocks.Columns(layer.Heads.Select(Evenness));

    // 1 where all tokens get the same attention.
    private double Evenness(ExplainedHead head) => _run.Tokens.Count < 2 ? 0 : head.Entropy / Scalar.LogDouble(_run.Tokens.Count);

    private string Strongest(ExplainedLayer layer) => layer.Heads.SelectMany(head => head.Links.Where(link => link.Position > 0).Select(link => (head, link)))
        .OrderByDescending(pair => pair.link.Weight).Select(pair => Link(pair.link)).FirstOrDefault("");

    private string Link(AttentionLink link) => $"{ExplainText.Whole((long)Math.Round(link.Weight * 100))}% {text.At(link.Position)}";

    private void WriteSum()
    {
        if (_run.Logit is not { } logit)
        {
            return;
        }

        sheet.Blank();
        var bias = Math.Abs(logit.Bias) > 0 ? $", biases {ExplainText.Signed(logit.Bias)}" : "";
        sheet.Say($"All these add up to the logit of {Chosen}: embedding {ExplainText.Signed(logit.Embedding)}, {(_run.Model.HasAttention ? "attention" : "mixing")} {ExplainText.Signed(logit.Attention.Sum())}, "
            + $"feed-forward {ExplainText.Signed(logit.FeedForward.Sum())}{bias}, together {ExplainText.Decimal(logit.RawLogit)} (what rounding leaves over is below {Bound(logit.Remainder)}).");
    }

    private static string Bound(double remainder)
    {
        var bound = 0.001;
        while (Math.Abs(remainder) >= bound)
        {
            bound *= 10;
        }

        return bound.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private void WriteHeads()
    {
        foreach (var layer in _run.Layers.Where(layer => layer.Heads.Count > 0 && (detail.AllHeads || layer.Index == detail.Layer)))
        {
            sheet.Blank();
            sheet.Say($"The heads of layer {layer.Index}:");
            sheet.Blank();
            WriteHeads(layer.Heads);
        }

        var leading = _run.Layers.SelectMany(layer => layer.Heads).Where(head => head.Logit > 0).OrderByDescending(head => head.Logit).Take(LeadingHeads).ToList();
        if (leading.Count > 0 && !detail.AllHeads && detail.Layer is null)
        {
            sheet.Blank();
            sheet.Say($"The heads that did most for {Chosen}, as layer.head, and where they looked from {Last} (--layer lists those of a layer, --heads all):");
            sheet.Blank();
            WriteHeads(leading);
        }
    }

    private void WriteHeads(IEnumerable<ExplainedHead> heads) => sheet.Table(
        [new("head"), new("adds", true, 1), new("entropy", true, 2), new("previous", true, 5), new("self", true, 4), new("first", true, 3), new("looks at", IsCut: true)],
        [.. heads.Select(head => (IReadOnlyList<Inked>)
        [
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{head.Layer}.{head.Index}"), Signed(head.Logit), ExplainText.Decimal(head.Entropy), ExplainText.Percent(head.Previous), ExplainText.Percent(head.Self), ExplainText.Percent(head.First),
            new(string.Join("  ", head.Links.Select(Link)), Ink.Token),
        ])]);

    private void WritePatterns()
    {
        if (_run.Patterns.Count == 0)
        {
            return;
        }

        var isAsked = detail.Layer is not null;
        var pattern = detail.Head is { } wanted ? _run.Patterns.First(one => one.Head == wanted) : Leading();
        var labels = Math.Min(PatternLabel, Math.Max(sheet.Room / 3, 4));
        var most = Math.Max(1, (sheet.Room - labels - 1) / 2);
        var shown = Math.Min(Math.Min(most, isAsked ? int.MaxValue : UnaskedPattern), pattern.Weights.Count);
        var skipped = pattern.Weights.Count - shown;
        sheet.Blank();
        sheet.Say($"Head {pattern.Layer}.{pattern.Head} in full: each row is a token, and shows how it divides its attention among the tokens up to itself, from the left (a column each); · is less than 5 %, █ nearly all."
            + (isAsked ? "" : " --layer L --head H draws any other."));
        if (shown < _run.Tokens.Count)
        {
            sheet.Say($"Of {ExplainText.Whole(_run.Tokens.Count)} tokens the last {shown}.", Ink.Dim);
        }

        sheet.Blank();
        for (var t = skipped; t < pattern.Weights.Count; t++)
        {
            var label = CellText.CutEnd(text.At(pattern.FirstPosition + t), labels);
            var cells = string.Concat(pattern.Weights[t][skipped..(t + 1)].Select(weight => new string(Blocks.Shade(weight), 2)));
            sheet.Line(new string(' ', sheet.Indent + labels - CellText.Width(label)), new(label, Ink.Token), " ", new(cells, Ink.Bar));
        }
    }

    // The one of the kept patterns that did most for the chosen token.
    private AttentionPattern Leading() => _run.Patterns.MaxBy(pattern => _run.Layers[pattern.Layer].Heads[pattern.Head].Logit ?? 0)!;

    private void WriteLens()
    {
        if (_run.Lens.Count == 0)
        {
            return;
        }

        const int CellWidth = 9;
        var fitting = Math.Clamp((sheet.Room - 5) / CellWidth, 1, _run.Lens.Count);
        var columns = _run.Lens.Skip(_run.Lens.Count - fitting).ToList();
        sheet.Blank();
        sheet.Say("The lens at every token (a column each): what would follow it if the model stopped behind the layer. The last row is the model's own prediction."
            + (columns.Count < _run.Tokens.Count ? $" Of {ExplainText.Whole(_run.Tokens.Count)} tokens the last {columns.Count}." : ""));
        sheet.Blank();
        void Row(string label, Func<LensColumn, Inked> cell) => sheet.Line([new string(' ', sheet.Indent), label.PadLeft(3), "  ", .. columns.SelectMany(column => Padded(cell(column)))]);
        static Inked[] Padded(Inked cell)
        {
            var cut = CellText.CutEnd(cell.Text, CellWidth - 1);
            return [cell with { Text = cut }, new string(' ', CellWidth - CellText.Width(cut))];
        }

        Row("", column => new(text.At(column.Position), Ink.Dim));
        for (var depth = 0; depth < columns[0].Rows.Count; depth++)
        {
            Row(depth == 0 ? "in" : ExplainText.Whole(depth - 1), column => new(text.Token(column.Rows[depth].Token), Ink.Token));
        }
    }
}
