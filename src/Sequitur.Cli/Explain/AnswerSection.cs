using System.Globalization;
using System.Text;
using Sequitur.Cli.Output;
using Sequitur.Engine.Sampling;
using Sequitur.Insight;

namespace Sequitur.Cli.Explain;

/// <summary>The last four stages on a terminal: head, sampling, loop, text.</summary>
/// <param name="text">The explanation.</param>
/// <param name="sheet">Receives it.</param>
internal sealed class AnswerSection(ExplainText text, Sheet sheet)
{
    private const int WidestBar = 40;
    private const int MostRemoved = 4;

    private readonly Explanation _run = text.Explanation;

    private string Last => text.At(_run.Tokens.Count - 1);

    /// <summary>Writes the stages.</summary>
    public void Write()
    {
        WriteHead();
        WriteSamplers();
        WriteLoop();
        WriteText();
    }

    private void WriteHead()
    {
        var head = _run.Head;
        sheet.Stage(4, "Head", $"{ExplainText.Whole(_run.Model.Width)} numbers → {ExplainText.Whole(_run.Model.Vocabulary)} probabilities");
        var divisor = head.Divisor is { } norm ? $"The stream of {Last} has the length {ExplainText.Decimal(head.StreamLength, 1)}; a last norm divides it by {ExplainText.Decimal(norm)}. " : "";
        sheet.Say($"{divisor}Multiplied with a row for each token of the list it gives each a score, the logit. Softmax makes probabilities of them: "
            + $"p = e^(logit − {ExplainText.Decimal(head.LogSumExp)}), so that all add up to 1.");
        sheet.Blank();
        var bar = Math.Clamp(sheet.Room - 44, 8, WidestBar);
        sheet.Table(
            [new("", true), new("id", true, 2), new("token", IsCut: true), new("logit", true, 1), new("p", true), new("", Rank: 3)],
            [.. head.Candidates.Select((candidate, i) => (IReadOnlyList<Inked>)
            [
                ExplainText.Whole(i + 1), candidate.Id.ToString(CultureInfo.InvariantCulture), new(text.Token(candidate.Id), candidate.Id == _run.Token ? Ink.Strong : Ink.Token),
                ExplainText.Decimal(candidate.Logit), ExplainText.Percent(candidate.Probability), new(Blocks.Bar(candidate.Probability / head.Candidates[0].Probability, bar), Ink.Bar),
            ])]);
        var rest = 1 - head.Candidates.Sum(candidate => candidate.Probability);
        sheet.Say($"All other tokens share {ExplainText.Percent(rest)}. The model is as undecided as between {Quantity.Number(Kernels.Numerics.Scalar.ExpDouble(head.Entropy))} equally likely tokens.", Ink.Dim);
    }

    private void WriteSamplers()
    {
        var choice = _run.Choices[0];
        sheet.Stage(5, "Sample", $"{ExplainText.Whole(_run.Model.Vocabulary)} probabilities → 1 token");
        sheet.Say(choice.Steps.Count == 0 ? "A token is drawn at random, each with its probability."
            : choice.Steps is [{ Sampler: "greedy" }] ? "Here simply the likeliest token is taken (greedy). With a --temperature one is drawn at random, and samplers say from which."
            : "Samplers go over the candidates in their order: they change logits or take tokens out. Of what is left one is drawn at random, by its probability.");
        if (choice.Steps.Count > 0)
        {
            sheet.Blank();
            sheet.Table(
                [new("sampler", IsCut: true), new("tokens", true, 1), new("left", true), new("of the probability", true, 2), new("changed", true, 3), new("takes out, the likeliest first", Rank: 4, IsCut: true)],
                [.. choice.Steps.Select(Row)]);
        }

        sheet.Blank();
        sheet.Line(
            new string(' ', sheet.Indent), "→ ", new(text.Token(choice.Token), Ink.Strong), $"  {ExplainText.Percent(choice.ModelProbability)} as the model said",
            choice.Steps.Any(step => step.Removed.Count > 0 || step.Changed > 0) ? $", {ExplainText.Percent(choice.Probability)} among those left" : "");
    }

    private IReadOnlyList<Inked> Row(SamplerReport step) =>
    [
        new(PrintableText.Of(step.Sampler), Ink.Strong), ExplainText.Whole(step.Before), ExplainText.Whole(step.After), ExplainText.Percent(step.MassAfter), step.Changed > 0 ? ExplainText.Whole(step.Changed) : "",
        new(string.Join(' ', _run.Head.Candidates.Where(candidate => step.Removed.Contains(candidate.Id)).Take(MostRemoved).Select(candidate => text.Token(candidate.Id))), Ink.Token),
    ];

    private void WriteLoop()
    {
        sheet.Stage(6, "Loop", $"{Quantity.Count(_run.Turns.Count, "turn")} of stages 2 to 5");
        sheet.Say("The new token goes in behind the others, and the next one is made. Only the new one goes through the layers: what they kept of those before it, their keys and values, lies in a cache that grows with every turn.");
        sheet.Blank();
        var most = _run.Turns[^1].Bytes;
        sheet.Table(
            [new("turn", true), new("tokens in", true, 2), new("chosen", IsCut: true), new("p", true, 3), new("cache", true, 1), new("pages", true, 4), new("bytes", true, 5), new("", Rank: 6)],
            [.. TerminalReport.Shown(_run.Turns.Count).Select(at => at is { } i ? Row(_run.Turns[i], most) : (IReadOnlyList<Inked>)["…", "", "", "", "", "", "", ""])]);
        sheet.Blank();
        sheet.Say(text.End());
    }

    private IReadOnlyList<Inked> Row(ExplainedTurn turn, long most) =>
    [
        ExplainText.Whole(turn.Number), ExplainText.Whole(turn.Taken), turn.IsStop ? new($"{text.Token(turn.Token)} end", Ink.Dim) : new(text.Token(turn.Token), Ink.Token), ExplainText.Percent(turn.Probability),
        Quantity.Count(turn.Positions, "token"), ExplainText.Whole(turn.Pages), Quantity.Bytes(turn.Bytes), new(Blocks.Bar((double)turn.Bytes / most, 12), Ink.Bar),
    ];

    private void WriteText()
    {
        var turns = _run.Turns.Where(turn => !turn.IsStop).ToList();
        sheet.Stage(7, "Detokenize", $"{Quantity.Count(turns.Count, "id")} → {_run.Answer.Length} bytes of text");
        sheet.Say("Each id becomes the bytes of its piece, one behind the other. Nothing else is in the answer: what you read is what was chosen.");
        sheet.Blank();
        foreach (var line in CellText.Fold(string.Join("  ", turns.Select(turn => $"{ExplainText.Range(turn.Start, turn.Length)}\u00a0{text.Token(turn.Token)}")), sheet.Room))
        {
            sheet.Line(new string(' ', sheet.Indent), new(line.Replace('\u00a0', ' '), Ink.Token));
        }

        sheet.Blank();
        foreach (var line in Encoding.UTF8.GetString(_run.Answer).ReplaceLineEndings("\n").Split('\n').SelectMany(line => CellText.Fold(PrintableText.Of(line), sheet.Room)))
        {
            sheet.Line(new string(' ', sheet.Indent), new(line, Ink.Strong));
        }
    }
}
