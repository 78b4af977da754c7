using System.Globalization;
using Sequitur.Cli.Output;
using Sequitur.Insight;

namespace Sequitur.Cli.Why;

/// <summary><c>why</c> on a page.</summary>
/// <param name="writer">Where it is written.</param>
/// <param name="width">Columns of the page.</param>
/// <param name="names">The vocabulary.</param>
internal sealed class WhyPage(TextWriter writer, int width, TokenNames names) : IWhyReport
{
    private const int BarWidth = 20;
    private const int ShortBarWidth = 12;
    private const int HeadsShown = 8;
    private const int RowsShown = 48;

    private TokenChoice? _choice;
    private double[]? _gradients;
    private bool _isChanged;

    public void Choice(WhyAnswer answer)
    {
        (_choice, _isChanged) = (answer.Explained, answer.Changes.Count > 0);
        Line($"Token {answer.Index} of the answer: {Quoted(_choice.Token)} (id {_choice.Token}), chosen behind {Quantity.Count(_choice.Ids.Count, "token")}");
        if (answer.Changed is { } changed)
        {
            Line($"in a changed model: {string.Join("; ", answer.Changes)}");
            Title("Before and after the changes");
            WriteChanges(answer.Choice, changed);
        }

        Title("Candidates");
        WriteCandidates(_choice);
        WriteSamplers(_choice);
        Title("What made the logit, and the lead");
        Line($"Each part of the model adds to the residual stream, and the logit of {Quoted(_choice.Token)} is read from their sum. The lead is over {Quoted(_choice.RunnerUp)}. Behind each layer: what the model would say if it stopped there.");
        writer.Write('\n');
        WriteLayers(_choice);
        WriteHeads(_choice);
    }

    public void Gradients(ImportanceStream importance, IReadOnlyList<int> passes, TimeSpan? estimate)
    {
        _gradients = importance.Gradients;
        Title("Which tokens of the prompt matter");
        if (_gradients is null)
        {
            Line($"Gradients are left out: {importance.NoGradients}.");
        }
        else
        {
            Line("Gradient × input: how the log-probability moves with each embedding; far from linear, so only a hint.");
            writer.Write('\n');
            WriteGradients(_gradients);
        }

        if (passes.Count == 0)
        {
            return;
        }

        writer.Write('\n');
        Line($"Real passes follow: the log-probability is {Number(importance.Unchanged)}; below is what it changes by without a token. Negative: the token supports the choice."
            + (estimate is { } time ? $" {Quantity.Count(passes.Count, "token")} will take about {Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture)} s." : ""));
        writer.Write('\n');
    }

    public void Pass(Importance importance)
    {
        var table = new TextTable(new("position", true), new("token", Overflow: Overflow.CutEnd), new("removed", true), new("masked", true)) { HasTitles = false, Indent = 2 };
        var piece = Piece(_choice!.Ids[importance.Position]);
        table.Add(
            $"{importance.Position}".PadLeft(5), CellText.CutEnd(piece, 16).PadRight(Math.Max(0, Math.Min(16, width - 44))),
            $"removed {Signed(importance.Removed)}".PadLeft(16), $"masked {Signed(importance.Masked)}".PadLeft(15));
        table.WriteTo(writer, width);
    }

    public void End()
    {
    }

    private void WriteCandidates(TokenChoice choice)
    {
        var table = new TextTable(new("token", Overflow: Overflow.CutEnd), new("id", true), new("logit", true), new("probability", true), new(""), new("outcome", Overflow: Overflow.CutEnd)) { Indent = 2 };
        foreach (var candidate in choice.Candidates)
        {
            var outcome = candidate.Id == choice.Token ? "chosen" : candidate.RemovedBy is { } sampler ? $"removed by {sampler}" : "";
            table.Add(Piece(candidate.Id), $"{candidate.Id}", Number(candidate.Logit), Percent(candidate.Probability), Bar(candidate.Probability, 1, ShortBarWidth), outcome);
        }

        table.WriteTo(writer, width);
        Line($"Entropy of the distribution: {Number(choice.Entropy)} nats.");
    }

    private void WriteSamplers(TokenChoice choice)
    {
        if (choice.Sampling is not { } report)
        {
            return;
        }

        Title("Samplers");
        var table = new TextTable(new("sampler", Overflow: Overflow.CutEnd), new("tokens before", true), new("after", true), new("probability kept", true)) { Indent = 2 };
        foreach (var step in report.Steps)
        {
            table.Add(step.Sampler, step.Before.ToString("N0", CultureInfo.InvariantCulture), step.After.ToString("N0", CultureInfo.InvariantCulture), Percent(step.MassAfter));
        }

        table.WriteTo(writer, width);
        Line($"Among what was left, {Quoted(choice.Token)} had {Percent(report.Probability)}.");
    }

    private void WriteLayers(TokenChoice choice)
    {
        var (logit, lead) = (choice.Logit, choice.Lead);
        var table = new TextTable(
            new("layer"), new("attention", true), new("lead", true), new("feed-fwd", true), new("lead", true), new("lens: best", Overflow: Overflow.CutEnd), new("", true), new("rank", true))
        { Indent = 2 };
        void Row(string name, double? a, double? aLead, double? f, double? fLead, LensRow? lens) => table.Add(
            name, Signed(a, ""), Signed(aLead, ""), Signed(f, ""), Signed(fLead, ""), lens is null ? "" : Piece(lens.Best), lens is null ? "" : Percent(lens.BestProbability), lens is null ? "" : $"{lens.Rank + 1}");
        Row("embedding", logit.Embedding, lead.Embedding, null, null, choice.Lens[0]);
        for (var i = 0; i < logit.Attention.Length; i++)
        {
            Row($"{i}", logit.Attention[i], lead.Attention[i], logit.FeedForward[i], lead.FeedForward[i], choice.Lens[i + 1]);
        }

        Row("biases", logit.Bias, lead.Bias, null, null, null);
        Row("remainder", logit.Remainder, lead.Remainder, null, null, null);
        Row("sum", logit.RawLogit, lead.RawLogit, null, null, null);
        table.WriteTo(writer, width);
        if (_isChanged)
        {
            Line("The remainder holds what the changes themselves put into the stream, or took out of it.");
        }

        Line($"The sum is the logit before any soft cap. The final norm divides by {Number(choice.FinalNormDivisor)}, which is taken as it is. Rank: the place of {Quoted(choice.Token)} among all tokens.");
    }

    private void WriteHeads(TokenChoice choice)
    {
        var heads = choice.Lead.Heads.SelectMany((row, layer) => row.Select((lead, head) => (layer, head, lead, logit: choice.Logit.Heads[layer][head])))
            .OrderByDescending(head => Math.Abs(head.lead)).Take(HeadsShown).ToArray();
        if (heads.Length == 0)
        {
            return;
        }

        Title("The heads that move the lead most");
        var table = new TextTable(new("layer.head"), new("lead", true), new("logit", true), new("")) { Indent = 2 };
        var most = heads.Max(head => Math.Abs(head.lead));
        foreach (var head in heads)
        {
            table.Add($"{head.layer}.{head.head}", Signed(head.lead), Signed(head.logit), Bar(Math.Abs(head.lead), most));
        }

        table.WriteTo(writer, width);
    }

    private void WriteGradients(double[] gradients)
    {
        var shown = gradients.Length <= RowsShown
            ? Enumerable.Range(0, gradients.Length)
            : Enumerable.Range(0, gradients.Length).OrderByDescending(i => Math.Abs(gradients[i])).Take(RowsShown).Order();
        var table = new TextTable(new("position", true), new("token", Overflow: Overflow.CutEnd), new("gradient", true), new("")) { Indent = 2 };
        var most = gradients.Max(Math.Abs);
        foreach (var i in shown)
        {
            table.Add($"{i}", Piece(_choice!.Ids[i]), Signed(gradients[i]), Bar(Math.Abs(gradients[i]), most));
        }

        table.WriteTo(writer, width);
        if (gradients.Length > RowsShown)
        {
            Line($"The {RowsShown} largest of {gradients.Length}; --json has all.");
        }
    }

    private void WriteChanges(TokenChoice before, TokenChoice after)
    {
        var table = new TextTable(new("before", Overflow: Overflow.CutEnd), new("", true), new("after", Overflow: Overflow.CutEnd), new("", true)) { Indent = 2 };
        foreach (var (was, now) in before.Candidates.Zip(after.Candidates))
        {
            table.Add(Piece(was.Id), Percent(was.Probability), Piece(now.Id), Percent(now.Probability));
        }

        table.WriteTo(writer, width);
        Line($"Probability of {Quoted(before.Token)}: {Percent(before.Candidates.First(c => c.Id == before.Token).Probability)} before, {Percent(after.Candidates.First(c => c.Id == after.Token).Probability)} after.");
    }

    private void Title(string text)
    {
        writer.Write('\n');
        Line(text);
    }

    private void Line(string text)
    {
        foreach (var line in CellText.Fold(text, Math.Max(width, 1)))
        {
            writer.Write(line + "\n");
        }
    }

    private string Bar(double value, double most, int columns = BarWidth) => width < 60 || !(most > 0) ? "" : new string('█', (int)Math.Round(Math.Clamp(value / most, 0, 1) * columns));

    private string Piece(int id) => names.Piece(id);

    private string Quoted(int id) => $"'{names.Piece(id)}'";

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString(share is >= 0.001 or 0 ? "0.0 %" : "0E+0 %", CultureInfo.InvariantCulture);

    private static string Signed(double? value, string absent = "–") => value is { } number ? number.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture) : absent;
}
