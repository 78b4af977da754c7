using Sequitur.Cli.Output;
using Sequitur.Insight;

namespace Sequitur.Cli.Explain;

/// <summary>An explanation as a sheet for a terminal: what happens and why in a sentence or two, then the numbers, stage by stage.</summary>
/// <param name="text">The explanation.</param>
/// <param name="sheet">Receives it.</param>
/// <param name="detail">What is shown beside the usual.</param>
internal sealed class TerminalReport(ExplainText text, Sheet sheet, ExplainDetail detail)
{
    // Of longer prompts the beginning and the end are listed.
    private const int MostTokens = 24;
    private const int FirstTokens = 8;
    private const int LastTokens = 12;
    private const int DiagramWidth = 80;

    private readonly Explanation _run = text.Explanation;

    /// <summary>Writes all stages.</summary>
    public void Write()
    {
        WriteHead();
        WriteTokens();
        WriteEmbeddings();
        new LayerSection(text, sheet, detail).Write();
        new AnswerSection(text, sheet).Write();
        WriteChanges();
        foreach (var omission in _run.Omissions)
        {
            sheet.Blank();
            sheet.Say($"Left out: {omission}.", Ink.Dim);
        }
    }

    /// <summary>Rows of a long list that are shown: all, or its beginning and end, with null where some are left out.</summary>
    public static IEnumerable<int?> Shown(int count) => count <= MostTokens
        ? Enumerable.Range(0, count).Cast<int?>()
        : [.. Enumerable.Range(0, FirstTokens).Cast<int?>(), null, .. Enumerable.Range(count - LastTokens, LastTokens).Cast<int?>()];

    private void WriteChanges()
    {
        if (text.Changes is { } changes)
        {
            sheet.Blank();
            sheet.Say("All of this is of the changed model. Without the changes the answer is:", Ink.Strong);
            sheet.Say(PrintableText.Of(changes.Before));
            sheet.Blank();
            foreach (var line in changes.Lines().SelectMany(line => CellText.Fold(line, sheet.Width)))
            {
                sheet.Line(line);
            }
        }
    }

    private void WriteHead()
    {
        var model = _run.Model;
        string[] facts =
        [
            $"{ExplainText.Whole(model.Layers)} layers", model.Heads > 0 ? $"{model.Heads} heads each" : "", $"{ExplainText.Whole(model.Width)} numbers a token",
            $"{ExplainText.Whole(model.Vocabulary)} tokens in its list", $"{Quantity.Number(model.Parameters / 1e6)} million weights",
        ];
        sheet.Line(new Inked(PrintableText.Of(model.Name), Ink.Strong));
        foreach (var line in CellText.Fold(string.Join(", ", facts.Where(fact => fact.Length > 0)), sheet.Width))
        {
            sheet.Line(new Inked(line, Ink.Dim));
        }

        sheet.Blank();
        if (sheet.Width < DiagramWidth)
        {
            sheet.Say("text → 1 tokenize → 2 embed → 3 layers → 4 head → 5 sample → 6 loop: again from 2 with the new token → 7 detokenize → text", Ink.Dim);
            return;
        }

        sheet.Line("text → 1 tokenize → 2 embed → 3 layers → 4 head → 5 sample → 7 detokenize → text");
        sheet.Line(new Inked("                       ↑                             │", Ink.Dim));
        sheet.Line(new Inked("                       └─ 6 loop: with the new token ┘", Ink.Dim));
    }

    private void WriteTokens()
    {
        sheet.Stage(1, "Tokenize", $"{_run.Text.Length} bytes of text → {Quantity.Count(_run.Tokens.Count, "token")}");
        sheet.Say($"The model computes with numbers, so the text is cut into tokens: pieces of a fixed list of {ExplainText.Whole(_run.Model.Vocabulary)}, each known by its number, its id. "
            + "A piece starts as single bytes; neighbours are merged by rules that were learned from much text, the earliest learned first.");
        sheet.Blank();
        var rows = Shown(_run.Tokens.Count).Select(at => at is { } position ? TokenRow(_run.Tokens[position]) : Gap(_run.Tokens.Count - FirstTokens - LastTokens, 5)).ToList();
        sheet.Table([new("#", true, 3), new("id", true), new("token", IsCut: true), new("bytes", Rank: 2), new("merges", Rank: 1, IsCut: true)], rows);
    }

    private Inked[] TokenRow(ExplainedToken token) =>
    [
        ExplainText.Whole(token.Position), Invariant(token.Id), new(text.Token(token.Id), Ink.Token), token.Length > 0 ? ExplainText.Range(token.Start, token.Length) : "added",
        new(text.Merges(token), token.Merges.Count > 0 ? Ink.Plain : Ink.Dim),
    ];

    private void WriteEmbeddings()
    {
        sheet.Stage(2, "Embed", $"{Quantity.Count(_run.Tokens.Count, "id")} → {_run.Tokens.Count} × {ExplainText.Whole(_run.Model.Width)} numbers");
        sheet.Say("Each id picks its row of a table. The row is all that the model knows of the token by itself: a point in a space where tokens that are used alike lie near each other. "
            + "From here on it is called the token's stream, because the layers only ever add to it.");
        sheet.Blank();
        var rows = Shown(_run.Tokens.Count).Select(at => at is { } position ? EmbeddingRow(position) : Gap(_run.Tokens.Count - FirstTokens - LastTokens, 6)).ToList();
        sheet.Table([new("#", true, 3), new("token", IsCut: true), new("its row", Rank: 1), new("length", true, 2), new("of the token", true, 4), new("of the position", true, 5)], rows);
        sheet.Blank();
        WritePositions();
    }

    private Inked[] EmbeddingRow(int position)
    {
        var embedded = _run.Embeddings[position];
        string Numbers(IEnumerable<float> numbers) => string.Join(' ', numbers.Select(number => ExplainText.Signed(number, 3).PadLeft(6)));
        return
        [
            ExplainText.Whole(position), new(text.At(position), Ink.Token), $"{Numbers(embedded.Row.First.Take(3))} … {Numbers(embedded.Row.Last.TakeLast(2))}", ExplainText.Decimal(embedded.Row.Norm),
            embedded.Position is null ? "" : ExplainText.Decimal(embedded.Token!.Norm), embedded.Position is { } row ? ExplainText.Decimal(row.Norm) : "",
        ];
    }

    private void WritePositions()
    {
        if (_run.Positions.IsLearned)
        {
            sheet.Say("The order: every position has a row of its own, learned like those of the tokens, and it is added.");
        }

        foreach (var set in _run.Positions.Rotary)
        {
            sheet.Say($"The order enters in the layers: before two tokens are compared, the first {Invariant(set.Columns)} numbers of each head's query and key are turned, pair by pair, by an angle that grows "
                + "with the position. What counts is then how far apart the two stand.");
            sheet.Blank();
            int[] pairs = [.. new[] { 0, set.Frequencies.Count / 4, set.Frequencies.Count / 2, set.Frequencies.Count - 1 }.Distinct()];
            var last = _run.Tokens.Count - 1;
            sheet.Table(
                [new("pair", true), new("turns by", true), new("a full turn takes", true, 2), new($"angle at #{last}", true, 1)],
                [.. pairs.Select(pair => (IReadOnlyList<Inked>)
                [
                    Invariant(pair), $"{Small(set.Frequencies[pair])} rad a token", $"{Quantity.Number(2 * Math.PI / set.Frequencies[pair])} tokens", $"{Small((double)set.Frequencies[pair] * last)} rad",
                ])]);
        }

        if (_run.Positions is { IsLearned: false, Rotary.Count: 0 })
        {
            sheet.Say("The order: nothing is added here for it; the layers themselves go through the tokens in their order, or weigh distances.");
        }
    }

    private static Inked[] Gap(int count, int cells) => [.. Enumerable.Range(0, cells).Select(i => new Inked(i == 1 ? "…" : i == 2 ? $"{ExplainText.Whole(count)} more" : "", Ink.Dim))];

    private static string Invariant(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Small(double number) => number == 0 ? "0" : number >= 0.01 ? ExplainText.Decimal(number, 3) : number.ToString("0.0E+0", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What a terminal shows beside the usual.</summary>
/// <param name="Layer">The layer whose heads are listed.</param>
/// <param name="Head">The head that is drawn.</param>
/// <param name="AllHeads">Whether the heads of all layers are listed.</param>
internal sealed record ExplainDetail(int? Layer = null, int? Head = null, bool AllHeads = false);
