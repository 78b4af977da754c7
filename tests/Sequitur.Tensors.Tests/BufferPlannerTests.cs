using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Tests;

public sealed class BufferPlannerTests
{
    [Fact]
    public void Place_ManyLifetimes_NeverOverlapsWhatLives()
    {
        var random = new Random(7);
        for (var run = 0; run < 50; run++)
        {
            var planner = new BufferPlanner();
            var placed = new List<(long Offset, long Bytes, int From, int To)>();
            for (var phase = 0; phase < 30; phase++)
            {
                for (var i = random.Next(4); i > 0; i--)
                {
                    var (bytes, to) = ((long)random.Next(1, 1000), phase + random.Next(6));
                    placed.Add((planner.Place(bytes, phase, to), bytes, phase, to));
                }
            }

            foreach (var (a, b) in placed.SelectMany((a, i) => placed.Skip(i + 1).Select(b => (a, b))))
            {
                var together = a.From <= b.To && b.From <= a.To;
                var overlap = a.Offset < b.Offset + b.Bytes && b.Offset < a.Offset + a.Bytes;
                (together && overlap).ShouldBeFalse($"{a} and {b}");
            }

            placed.ShouldAllBe(p => p.Offset % 64 == 0 && p.Offset + p.Bytes <= planner.Bytes);
        }
    }

    [Fact]
    public void Place_OneAfterTheOther_ReusesTheSpace()
    {
        var planner = new BufferPlanner();
        for (var phase = 0; phase < 100; phase += 2)
        {
            planner.Place(640, phase, phase + 1);
        }

        planner.Bytes.ShouldBeLessThanOrEqualTo(2 * 640);
    }
}
