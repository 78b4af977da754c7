using System.Text;
using System.Xml;
using System.Xml.Linq;
using Sequitur.Cli.Output;
using Sequitur.Insight;

namespace Sequitur.Cli.Explain;

/// <summary>An explanation as one page that stands by itself: no script, nothing to load; light, dark, and on paper.</summary>
/// <param name="text">The explanation.</param>
/// <param name="head">The head that is drawn large; by default the one that did most.</param>
internal sealed class HtmlReport(ExplainText text, int? head)
{
    private readonly Explanation _run = text.Explanation;
    private readonly HtmlFigures _figures = new(text);

    private string Last => text.At(_run.Tokens.Count - 1);

    private XElement Chosen => Html.Token(text.Token(_run.Token), isChosen: true);

    /// <summary>Writes the page.</summary>
    public void WriteTo(Stream stream)
    {
        using var writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true });
        writer.WriteDocType("html", null, null, null);
        Page().WriteTo(writer);
    }

    private XElement Page()
    {
        var model = _run.Model;
        return new XElement(
            "html", new XAttribute("lang", "en"),
            new XElement("head", new XElement("meta", new XAttribute("charset", "utf-8")), new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width,initial-scale=1")), new XElement("title", $"From a prompt to an answer: {PrintableText.Of(model.Name)}"), new XElement("style", Html.Style)),
            new XElement("body", Html.Element(
                "main", null,
                Html.Element("h1", null, "From a prompt to an answer"),
                Html.Element("p", "soft", $"{PrintableText.Of(model.Name)}: {ExplainText.Whole(model.Layers)} layers{(model.Heads > 0 ? $" of {model.Heads} heads" : "")}, {ExplainText.Whole(model.Width)} numbers a token, {ExplainText.Whole(model.Vocabulary)} tokens in its list, {Quantity.Number(model.Parameters / 1e6)} million weights. Every number on this page is of the run that made this answer."),
                HtmlFigures.Stages(), Tokenize(), Embed(), Layers(), Head(), Sample(), Loop(), Detokenize(), Changes(),
                _run.Omissions.Count > 0 ? Html.Element("section", null, [.. _run.Omissions.Select(omission => Html.Element("p", "soft", $"Left out: {omission}."))]) : null)));
    }

    private static XElement Stage(string title, string flow, params object?[] content) => Html.Element("section", null, [Html.Element("h2", null, title), Html.Element("p", "flow", flow), .. content]);

    private XElement? Changes() => text.Changes is not { } changes ? null : Html.Element(
        "section", null,
        Html.Element("h2", null, "Before and after the changes"),
        Html.Paragraph($"All of this page is of the changed model. Without the changes the answer is: {PrintableText.Of(changes.Before)}"),
        Html.Element("pre", null, string.Join('\n', changes.Lines())));

    private XElement Tokenize() => Stage(
        "1 Tokenize", $"{_run.Text.Length} bytes of text → {Quantity.Count(_run.Tokens.Count, "token")}",
        Html.Paragraph($"The model computes with numbers, so the text is cut into tokens: pieces of a fixed list, each known by its number, its id. A piece starts as single bytes; neighbours are merged by rules that were learned from much text, the earliest learned first. Tokens in a dashed box are special: the template wrote them, no text can."),
        Html.Element("div", "strip", [.. _run.Tokens.Select(token => Html.Element("span", token.IsSpecial ? "special" : null, Html.Token(text.Token(token.Id)), Html.Element("small", null, $"{token.Id}")))]),
        Html.Table(["#", "id#", "token", "bytes", "merges, in their order"], Rows(_run.Tokens.Count, 5, at => [$"{at}", $"{_run.Tokens[at].Id}", Html.Token(text.At(at)), _run.Tokens[at].Length > 0 ? ExplainText.Range(_run.Tokens[at].Start, _run.Tokens[at].Length) : "added", text.Merges(_run.Tokens[at])])));

    private XElement Embed()
    {
        string Numbers(float[] numbers) => string.Join("  ", numbers.Select(number => ExplainText.Signed(number, 3)));
        var last = _run.Tokens.Count - 1;
        return Stage(
            "2 Embed", $"{Quantity.Count(_run.Tokens.Count, "id")} → {_run.Tokens.Count} × {ExplainText.Whole(_run.Model.Width)} numbers",
            Html.Paragraph("Each id picks its row of a table: a point in a space where tokens that are used alike lie near each other. From here on the row is called the token's stream, because the layers only ever add to it."),
            Html.Table(["#", "token", "its row", "length#", "row of the position"], Rows(_run.Tokens.Count, 5, at => [$"{at}", Html.Token(text.At(at)), $"{Numbers(_run.Embeddings[at].Row.First)}  …  {Numbers(_run.Embeddings[at].Row.Last)}", ExplainText.Decimal(_run.Embeddings[at].Row.Norm), _run.Embeddings[at].Position is { } row ? $"{Numbers(row.First)}  …  {Numbers(row.Last)}" : ""])),
            _run.Positions.IsLearned ? Html.Paragraph("The order: every position has a learned row of its own, which is added.") : null,
            _run.Positions.Rotary.Select(set => new object[]
            {
                Html.Paragraph($"The order enters in the layers: before two tokens are compared, the first {set.Columns} numbers of each head's query and key are turned, pair by pair, by an angle that grows with the position. What counts is then how far apart the two stand."),
                Html.Table(["pair#", "radians a token#", "tokens a full turn#", $"angle at token {last}#"], set.Frequencies.Select((frequency, pair) => (pair, frequency)).Where(one => one.pair % Math.Max(1, set.Frequencies.Count / 8) == 0).Select(one => (object?[])[$"{one.pair}", one.frequency.ToString("0.####E+0", System.Globalization.CultureInfo.InvariantCulture), Quantity.Number(2 * Math.PI / one.frequency), ExplainText.Decimal((double)one.frequency * last, 4)])),
            }));
    }

    private XElement Layers()
    {
        var hasHeads = _run.Layers.Any(layer => layer.Heads.Count > 0);
        return Stage(
            "3 Layers", $"{_run.Tokens.Count} × {ExplainText.Whole(_run.Model.Width)} numbers → the same, {Quantity.Count(_run.Model.Layers, "layer")} later",
            Html.Paragraph("Each layer reads the stream and adds to it, twice. ", _run.Model.HasAttention ? "Its attention heads let a token take something over from tokens before it" : "Its recurrence carries something over from token to token", "; its feed-forward part then works on each token by itself."),
            _run.Logit is { } logit ? new object[]
            {
                Html.Element("h3", null, "What made the score"),
                Html.Paragraph("What each part added to the final score, the logit, of ", Chosen, ", which is chosen in the end. Each bar begins where the one before ended."),
                _figures.Waterfall(logit),
            } : null,
            _run.Lens.Count > 0 ? new object[]
            {
                Html.Element("h3", null, "What the model would say at every depth"),
                Html.Paragraph($"The logit lens: under each of the last {_run.Lens.Count} tokens, the token that would follow it if the model stopped behind a layer; the stronger the ground, the surer. The last row is what the model does say."),
                _figures.Lens(),
            } : null,
            hasHeads ? AttentionFigures() : null,
            Html.Element("h3", null, "Layer by layer"),
            Html.Paragraph("At the last token, ", Html.Token(Last), ", from which the next one is made."),
            Html.Table(
                ["layer#", "length of the stream#", "attention adds#", "feed-forward adds#", "says so far", "p#"],
                _run.Layers.Select(layer => (object?[])[$"{layer.Index}", ExplainText.Decimal(layer.StreamLength, 1), Signed(layer.AttentionLogit), Signed(layer.FeedForwardLogit), layer.Guess is { } guess ? Html.Token(text.Token(guess.Best), guess.Best == _run.Token) : "", layer.Guess is { } sure ? ExplainText.Percent(sure.BestProbability) : ""])));
    }

    private object[] AttentionFigures()
    {
        var large = head is { } wanted ? _run.Patterns.First(pattern => pattern.Head == wanted) : _run.Patterns.MaxBy(pattern => _run.Layers[pattern.Layer].Heads[pattern.Head].Logit ?? 0)!;
        return
        [
            Html.Element("h3", null, "Where the heads look"),
            Html.Paragraph("Attention of one head in full. Each row is a token, and shows how it divides its attention among the tokens up to itself: the stronger the box, the more. ", large.FirstPosition > 0 ? $"Of {_run.Tokens.Count} tokens the last {large.Weights.Count}." : ""),
            _figures.Pattern(large, isLarge: true),
            Html.Paragraph($"All heads of layer {large.Layer}:"),
            Html.Element("div", "maps", [.. _run.Patterns.Select(pattern => _figures.Pattern(pattern, isLarge: false))]),
            Html.Paragraph(_run.Logit is null ? "All heads, a row a layer, by the entropy of their attention." : "All heads, a row a layer: the stronger the ground, the more a head added to (+) or took from (−) the score. Hold the pointer over one for its numbers."),
            _figures.Heads(),
        ];
    }

    private XElement Head() => Stage(
        "4 Head", $"{ExplainText.Whole(_run.Model.Width)} numbers → {ExplainText.Whole(_run.Model.Vocabulary)} probabilities",
        Html.Paragraph(_run.Head.Divisor is { } divisor ? $"The last token's stream has the length {ExplainText.Decimal(_run.Head.StreamLength, 1)}; a last norm divides it by {ExplainText.Decimal(divisor)}. " : "", $"Multiplied with a row for each token of the list it gives each a score, the logit; softmax makes probabilities of them: p = e^(logit − {ExplainText.Decimal(_run.Head.LogSumExp)})."),
        _figures.Candidates());

    private XElement Sample()
    {
        var choice = _run.Choices[0];
        return Stage(
            "5 Sample", $"{ExplainText.Whole(_run.Model.Vocabulary)} probabilities → 1 token",
            Html.Paragraph("Samplers go over the candidates in their order: they change logits or take tokens out. Of what is left one is drawn; where only one is left, it is taken."),
            choice.Steps.Count > 0 ? Html.Table(["sampler", "tokens#", "left#", "of the probability#", "changed#"], choice.Steps.Select(step => (object?[])[PrintableText.Of(step.Sampler), ExplainText.Whole(step.Before), ExplainText.Whole(step.After), ExplainText.Percent(step.MassAfter), ExplainText.Whole(step.Changed)])) : null,
            Html.Paragraph("→ ", Chosen, $", {ExplainText.Percent(choice.ModelProbability)} as the model said."));
    }

    private XElement Loop() => Stage(
        "6 Loop", $"{Quantity.Count(_run.Turns.Count, "turn")} of stages 2 to 5",
        Html.Paragraph("The new token goes in behind the others, and the next one is made. Only the new one goes through the layers: what they kept of those before it, their keys and values, lies in a cache that grows with every turn."),
        Html.Table(["turn#", "tokens in#", "chosen", "p#", "positions in the cache#", "pages#", "bytes#"], Rows(_run.Turns.Count, 7, i => _run.Turns[i] is var turn ? [$"{turn.Number}", $"{turn.Taken}", Html.Token(text.Token(turn.Token)), ExplainText.Percent(turn.Probability), ExplainText.Whole(turn.Positions), ExplainText.Whole(turn.Pages), ExplainText.Whole(turn.Bytes)] : [])),
        Html.Paragraph(text.End()));

    private XElement Detokenize() => Stage(
        "7 Detokenize", $"{Quantity.Count(_run.Turns.Count(turn => !turn.IsStop), "id")} → {_run.Answer.Length} bytes of text",
        Html.Paragraph("Each id becomes the bytes of its piece, one behind the other. Nothing else is in the answer."),
        Html.Element("div", "strip", [.. _run.Turns.Where(turn => !turn.IsStop).Select(turn => Html.Element("span", null, Html.Token(text.Token(turn.Token)), Html.Element("small", null, ExplainText.Range(turn.Start, turn.Length))))]),
        Html.Element("p", "answer", string.Join('\n', Encoding.UTF8.GetString(_run.Answer).ReplaceLineEndings("\n").Split('\n').Select(PrintableText.Of))));

    private static XElement Signed(double? number) => Html.Element("span", number < 0 ? "minus" : "plus", ExplainText.Signed(number));

    // Rows of a list, the middle of a long one left out.
    private static IEnumerable<object?[]> Rows(int count, int columns, Func<int, object?[]> row) =>
        TerminalReport.Shown(count).Select(at => at is { } i ? row(i) : [.. Enumerable.Repeat("…", columns)]);
}
