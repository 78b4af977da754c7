using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Tests;

/// <summary>Methods of scaling rotary frequencies that no reference model uses, by their formulas.</summary>
public sealed class RopeScalingTests
{
    private const int Dim = 6;
    private const int MaxPositions = 80;
    private const double Theta = 100;

    [Theory]
    [InlineData(20, "short_factor")]
    [InlineData(21, "long_factor")]
    [InlineData(80, "long_factor")]
    public void LongRope_Capacity_ChoosesTheDivisors(int capacity, string list)
    {
        var keys = LongRope();
        var (frequencies, scale) = Set(keys).At(capacity);

        frequencies.ShouldBe(((object[])keys[list]!).Select((divisor, i) => (float)(Math.Pow(Theta, -2.0 * i / Dim) / (double)divisor)), 1e-6);
        scale.ShouldBe((float)Math.Sqrt(1 + (Math.Log(80.0 / 20) / Math.Log(20))), 1e-6f);
    }

    [Fact]
    public void LongRope_AttentionFactor_IsTheScale() =>
        Set(new(LongRope()) { ["attention_factor"] = 1.5 }).At(50).Scale.ShouldBe(1.5f);

    [Theory]
    [InlineData("short_factor")]
    [InlineData("long_factor")]
    public void LongRope_ListOfAnotherLength_IsRefusedByName(string list) =>
        Should.Throw<InvalidModelException>(() => Set(new(LongRope()) { [list] = new object[] { 1.0, 2.0 } })).Message.ShouldContain(list);

    [Theory]
    [InlineData("long_factor", 0.0)]
    [InlineData("short_factor", double.NaN)]
    [InlineData(RopeScaling.Divisors, -1.0)]
    public void Divisors_NotPositive_AreRefusedByName(string list, double divisor) =>
        Should.Throw<InvalidModelException>(() => Set(new(LongRope()) { [list] = new object[] { 1.0, divisor, 2.0 } })).Message.ShouldContain(list);

    [Fact]
    public void LongRope_TemperaturesOfEachList_AreUnsupported() =>
        Should.Throw<UnsupportedModelException>(() => Set(new(LongRope()) { ["long_mscale"] = 1.2 })).Message.ShouldContain("long_mscale");

    [Theory]
    [InlineData("default", 1)]
    [InlineData("linear", 4)]
    public void Divisors_OfAFile_DivideBeforeTheMethod(string type, double factor)
    {
        var (frequencies, scale) = Set(new()
        {
            ["rope_type"] = type, ["factor"] = factor, [RopeScaling.Divisors] = new object[] { 1.0, 2.0, 8.0 }, [RopeScaling.Magnitude] = 1.25,
        }).At(10);

        frequencies.ShouldBe(((double[])[1, 2, 8]).Select((divisor, i) => (float)(Math.Pow(Theta, -2.0 * i / Dim) / divisor / factor)), 1e-6);
        scale.ShouldBe(1.25f);
    }

    [Fact]
    public void Yarn_ShareOfExtrapolation_LeadsFromLinearToYarn()
    {
        var yarn = new Dictionary<string, object?> { ["rope_type"] = "yarn", ["factor"] = 4.0, ["original_max_position_embeddings"] = 20 };
        var linear = Set(new() { ["rope_type"] = "linear", ["factor"] = 4.0 }).At(10);
        var whole = Set(yarn).At(10);
        RopeSet With(double share) => Set(new(yarn) { [RopeScaling.ExtrapolationShare] = share });

        whole.Frequencies.ShouldNotBe(linear.Frequencies);
        With(1).At(10).Frequencies.ShouldBe(whole.Frequencies);
        With(0).At(10).Frequencies.ShouldBe(linear.Frequencies, 1e-7);
        With(0).At(10).Scale.ShouldBe(1);
        With(0.5).At(10).Frequencies.ShouldBe(linear.Frequencies.Zip(whole.Frequencies, (a, b) => (a + b) / 2), 1e-6);
        With(0.5).At(10).Scale.ShouldBe(whole.Scale);
    }

    [Fact]
    public void NeighbouringPairs_OfTheTurnedPart_LeavesTheRest()
    {
        NameMap.NeighbouringPairs(8, 1).ShouldBe([0, 2, 4, 6, 1, 3, 5, 7]);
        NameMap.NeighbouringPairs(12, 2, turned: 4).ShouldBe([0, 2, 1, 3, 4, 5, 6, 8, 7, 9, 10, 11]);
    }

    private static Dictionary<string, object?> LongRope() => new()
    {
        ["rope_type"] = "longrope", ["original_max_position_embeddings"] = 20,
        ["short_factor"] = new object[] { 1.0, 1.1, 1.3 }, ["long_factor"] = new object[] { 1.2, 2.0, 4.0 },
    };

    private static RopeSet Set(Dictionary<string, object?> keys)
    {
        var config = new ModelConfig(new Dictionary<string, object?> { ["rope_scaling"] = keys, ["rope_theta"] = Theta }, "a test");
        return new RopeSet("main", Dim, new RopeScaling(config.GetRope(Theta), MaxPositions));
    }
}
