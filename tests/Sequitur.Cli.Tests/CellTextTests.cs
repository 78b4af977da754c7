using Sequitur.Cli.Output;
using Spectre.Console.Rendering;

namespace Sequitur.Cli.Tests;

/// <summary>Widths that are known without tables, against the tables.</summary>
public class CellTextTests
{
    [Fact]
    public void NarrowCharactersHaveOneColumn()
    {
        var narrow = Enumerable.Range(0xA1, 0x10000 - 0xA1).Select(code => (char)code).Where(CellText.IsNarrow).ToArray();
        narrow.ShouldContain('·');
        narrow.ShouldContain('−');
        narrow.ShouldAllBe(letter => new Segment(letter.ToString()).CellCount() == 1);
    }

    [Theory]
    [InlineData("length − allowed · …", 20)]
    [InlineData("北京", 4)]
    [InlineData("e\u0301", 1)]
    public void AnyTextIsMeasured(string text, int columns) => CellText.Width(text).ShouldBe(columns);
}
