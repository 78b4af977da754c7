using Sequitur.Bench.Figures;

namespace Sequitur.Bench.Tests;

public sealed class BenchLineTests
{
    [Theory]
    [InlineData("decode at depth", "1B Q4_0 at 4096", true)]
    [InlineData("decode at depth", "1B Q4_0 at 4096", true, "1b", "DEPTH")]
    [InlineData("decode at depth", "1B Q4_0 at 4096", false, "1B", "16384")]
    [InlineData("decode at depth", "", false, "1B")]
    public void Filter_OfTexts_TakesWhatHoldsAll(string figure, string title, bool taken, params string[] texts) => new RowFilter(texts).Takes(figure, title).ShouldBe(taken);

    [Fact]
    public void Figures_WithRows_TellThemApart() => FigureRegistry.All.ShouldAllBe(figure => figure.Rows.Distinct().Count() == figure.Rows.Count);

    [Fact]
    public void Prove_ListOnly_NamesFiguresAndRows()
    {
        var (code, output, _) = Run("prove", "decode", "--list", "--only", "1B", "--only", "16384");

        code.ShouldBe(0);
        output.ShouldBe($"decode: decode at depth beside llama.cpp{Environment.NewLine}    1B Q4_0 at 16384, 2 threads{Environment.NewLine}");
    }

    [Fact]
    public void Prove_ListOfAFigure_NamesAllItsRows()
    {
        var figure = FigureRegistry.All.First(figure => figure.Rows.Count > 1);

        Run("prove", figure.Topic, "--list", "--only", figure.Name).Output.Split(Environment.NewLine).Skip(1).SkipLast(1).ShouldBe(figure.Rows.Select(row => $"    {row}"));
    }

    [Theory]
    [InlineData("--only", "prove", "--only", "no row is called this")]
    [InlineData("--only needs a value", "prove", "--only")]
    [InlineData("unknown option --markdown", "prove", "--markdown")]
    [InlineData("unknown option --only", "bench", "--only", "x")]
    [InlineData("unknown option --list", "peers", "--list")]
    public void Line_ThatAsksForWhatIsNotThere_IsUsage(string because, params string[] line)
    {
        var (code, output, error) = Run(line);

        code.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldContain(because);
    }

    private static (int Code, string Output, string Error) Run(params string[] line)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (BenchLine.Run(line, output, error), output.ToString(), error.ToString());
    }
}
