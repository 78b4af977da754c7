using Sequitur.Engine.Speculation;

namespace Sequitur.Engine.Tests.Speculation;

/// <summary>How much is drafted follows what drafts bring and what runs cost.</summary>
public sealed class DraftLengthTests
{
    [Fact]
    public void Of_RightDrafts_GrowToTheMost()
    {
        var length = new DraftLength([0.3]);
        var costs = Costs(rows => 1 + (0.15 * (rows - 1)));
        length.Of(0, 12, costs).ShouldBeLessThan(3);
        Learn(length, 12, 12, times: 4);

        length.Of(0, 12, costs).ShouldBe(12);
        length.Of(0, 5, costs).ShouldBe(5);
        length.Of(0, 0, costs).ShouldBe(0);
    }

    [Fact]
    public void Of_WrongDrafts_FallToNone_AndComeBackWithoutBeingTried()
    {
        var length = new DraftLength([0.9]);
        var costs = Costs(rows => 1 + (0.15 * (rows - 1)));
        length.Of(0, 8, costs).ShouldBeGreaterThan(4);
        Learn(length, 0, 1, times: 30);
        length.Of(0, 8, costs).ShouldBe(0);

        Learn(length, 1, 1, times: 30);
        length.Of(0, 8, costs).ShouldBe(8);
    }

    [Fact]
    public void Of_Strengths_AreLearnedEachByItself()
    {
        var length = new DraftLength([0.5, 0.5]);
        for (var i = 0; i < 20; i++)
        {
            length.Learn(0, 0, 1);
            length.Learn(1, 8, 8);
        }

        var costs = Costs(rows => 1 + (0.15 * (rows - 1)));
        (length.Of(0, 8, costs), length.Of(1, 8, costs)).ShouldBe((0, 8));
    }

    // Where a row more costs as much as a run of its own, even right drafts bring nothing.
    [Fact]
    public void Of_RunsThatCostAsMuchAsTheirRows_DraftNothing()
    {
        var length = new DraftLength([0.9]);
        Learn(length, 8, 8, times: 10);

        length.Of(0, 8, Costs(rows => rows)).ShouldBe(0);
    }

    // Kernels may take up to some rows at one price: the last of them is the best number.
    [Fact]
    public void Of_CostsWithSteps_StopBeforeTheStep()
    {
        var length = new DraftLength([0.95]);
        Learn(length, 8, 8, times: 10);

        length.Of(0, 12, Costs(rows => rows == 1 ? 1 : rows <= 8 ? 1.5 : 4)).ShouldBe(7);
    }

    [Fact]
    public void Costs_NothingMeasured_AreHopeful()
    {
        var costs = new PassCosts(9);
        costs.Of(1).ShouldBe(1);
        costs.Of(9).ShouldBeInRange(1.01, 2);
        costs.Note(1, 0.004);
        costs.Note(1, 0.004);
        costs.Of(9).ShouldBeInRange(1.01, 2);
    }

    [Fact]
    public void Costs_BetweenSizesThatAreKnown_LieOnALine()
    {
        var costs = new PassCosts(9);
        foreach (var (rows, seconds) in new[] { (1, 0.004), (5, 0.008), (9, 0.016) })
        {
            costs.Note(rows, 1); // the first one is not counted
            costs.Note(rows, seconds);
        }

        costs.Of(5).ShouldBe(2, 1e-9);
        costs.Of(3).ShouldBe(1.5, 1e-9);
        costs.Of(7).ShouldBe(3, 1e-9);
    }

    [Fact]
    public void Costs_APause_IsForgotten()
    {
        var costs = Costs(rows => 1 + (0.1 * (rows - 1)));
        costs.Note(9, 60);
        costs.Of(9).ShouldBeLessThan(2.5);
        for (var i = 0; i < 20; i++)
        {
            costs.Note(9, 0.004 * 1.8);
        }

        costs.Of(9).ShouldBe(1.8, 0.02);
    }

    // What did not pay once is tried again after some hundred tokens.
    [Fact]
    public void Costs_OfRunsThatAreNotTried_FadeTowardsOne()
    {
        var costs = Costs(rows => rows);
        for (var i = 0; i < 1000; i++)
        {
            costs.Note(1, 0.004);
        }

        costs.Of(9).ShouldBeLessThan(1.5);
    }

    private static PassCosts Costs(Func<int, double> relative)
    {
        var costs = new PassCosts(13);
        for (var rows = 13; rows >= 1; rows--)
        {
            costs.Note(rows, 1);
            costs.Note(rows, 0.004 * relative(rows));
        }

        return costs;
    }

    private static void Learn(DraftLength length, int right, int compared, int times)
    {
        for (var i = 0; i < times; i++)
        {
            length.Learn(0, right, compared);
        }
    }
}
