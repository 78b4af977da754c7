using Sequitur.Cli.Drawing;

namespace Sequitur.Cli.Tests;

public class LayeredLayoutTests
{
    private const double Gap = 20;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(30, 2)]
    [InlineData(60, 3)]
    [InlineData(60, 4)]
    public void Arrange_RandomGraphs_NoOverlapsAndEveryEdgeLeadsDown(int count, int seed)
    {
        var random = new Random(seed);
        DrawnBox[] boxes = [.. Enumerable.Range(0, count).Select(i => new DrawnBox(40 + random.Next(100), i * 3 / count))];
        DrawnEdge[] edges = [.. Enumerable.Range(1, count - 1).SelectMany(to => Enumerable.Range(0, 2).Select(_ => (random.Next(to), to))).Distinct().Select(ends => new DrawnEdge(ends.Item1, ends.to))];
        LayeredLayout.Arrange(boxes, edges, [], Gap);

        ShouldNotOverlap(boxes);
        foreach (var edge in edges)
        {
            var (from, to) = (boxes[edge.From], boxes[edge.To]);
            to.Rank.ShouldBeGreaterThan(from.Rank);
            edge.Bends.Count.ShouldBe(to.Rank - from.Rank - 1);
        }

        foreach (var (above, below) in boxes.SelectMany(above => boxes.Where(below => below.Band > above.Band).Select(below => (above, below))))
        {
            below.Rank.ShouldBeGreaterThan(above.Rank);
        }
    }

    [Fact]
    public void Arrange_Spine_IsStraightAndLeftOfAllElse()
    {
        // 0 is the stream, which goes past a branch of three boxes into 4.
        DrawnBox[] boxes = [.. new double[] { 80, 100, 60, 60, 120 }.Select(width => new DrawnBox(width, 0))];
        DrawnEdge[] edges = [new(0, 1), new(1, 2), new(1, 3), new(2, 4), new(3, 4), new(0, 4)];
        LayeredLayout.Arrange(boxes, edges, [0, 4], Gap);

        boxes[4].X.ShouldBe(boxes[0].X);
        edges[^1].Bends.ShouldAllBe(bend => bend.Equals(boxes[0].X));
        boxes[1..4].ShouldAllBe(box => box.X - (box.Width / 2) >= boxes[4].X + (boxes[4].Width / 2));
        ShouldNotOverlap(boxes);
    }

    [Fact]
    public void Arrange_TwoThatCross_AreExchanged()
    {
        DrawnBox[] boxes = [.. Enumerable.Range(0, 4).Select(_ => new DrawnBox(50, 0))];
        LayeredLayout.Arrange(boxes, [new(0, 3), new(1, 2)], [], Gap);

        (boxes[0].X < boxes[1].X).ShouldBe(boxes[3].X < boxes[2].X);
    }

    [Fact]
    public void Arrange_AnEdgeThatLeadsBack_IsRefused() =>
        Should.Throw<ArgumentException>(() => LayeredLayout.Arrange([new DrawnBox(1, 0), new DrawnBox(1, 0)], [new DrawnEdge(1, 0)], [], Gap));

    private static void ShouldNotOverlap(IReadOnlyList<DrawnBox> boxes)
    {
        foreach (var row in boxes.GroupBy(box => box.Rank))
        {
            DrawnBox[] sorted = [.. row.OrderBy(box => box.X)];
            foreach (var (left, right) in sorted.Zip(sorted.Skip(1)))
            {
                (right.X - (right.Width / 2)).ShouldBeGreaterThanOrEqualTo(left.X + (left.Width / 2) + Gap - 1e-6);
            }
        }
    }
}
