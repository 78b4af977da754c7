using Sequitur.Kernels.Formats;
using Sequitur.Tensors;

namespace Sequitur.Models.Tests;

/// <summary>What is drawn, and that it depends on seed and name alone.</summary>
public sealed class RandomWeightsTests
{
    [Fact]
    public void Matrix_Drawn_IsNormalWithTheDeviationOfItsWidth()
    {
        var numbers = Numbers(new RandomWeights(1, gain: 2), "w.weight", 64, 256);

        numbers.Average().ShouldBe(0, 0.005);
        Math.Sqrt(numbers.Average(x => (double)x * x)).ShouldBe(2 / 16.0, 0.002);
        (numbers.Count(x => Math.Abs(x) > 2 * 2 / 16.0) / (double)numbers.Length).ShouldBe(0.0455, 0.006);
    }

    [Fact]
    public void Matrix_OfAnotherNameOrSeed_IsAnother()
    {
        var numbers = Numbers(new RandomWeights(1), "a", 4, 32);

        Numbers(new RandomWeights(1), "a", 4, 32).ShouldBe(numbers);
        Numbers(new RandomWeights(1), "b", 4, 32).ShouldNotBe(numbers);
        Numbers(new RandomWeights(2), "a", 4, 32).ShouldNotBe(numbers);
    }

    [Fact]
    public void Vector_OfANormOrABias_LiesAroundOneOrZero()
    {
        var weights = new WeightScope(new RandomWeights(1, BlockFormats.Find("Q8_0")));

        Row(weights.Vector("norm.weight", 100)).ShouldAllBe(x => x >= 0.8f && x <= 1.2f);
        Row(weights.Vector("norm.bias", 100)).ShouldAllBe(x => x >= -0.2f && x <= 0.2f);
        weights.Vector("norm.weight", 100).Weight.Format.Name.ShouldBe("F32");
    }

    [Theory]
    [InlineData("Q4_1", 64, "Q4_1")]
    [InlineData("Q8_0", 64, "Q8_0")]
    [InlineData("Q8_0", 48, "F32")]
    [InlineData("F16", 48, "F16")]
    public void Matrix_InAFormat_IsStoredInItWhereItsBlocksFit(string format, int columns, string stored)
    {
        var weights = new WeightScope(new RandomWeights(1, BlockFormats.Find(format)));

        weights.Matrix("w", 8, columns).Weight.Format.Name.ShouldBe(stored);
    }

    [Fact]
    public void Transposed_OfADenseFormat_HasTheSameRowsStoredAcross()
    {
        var weights = new RandomWeights(1);
        var plain = weights.Get(new WeightRequest("w", new Shape(6, 10)));
        var across = weights.Get(new WeightRequest("w", new Shape(6, 10)) { Transposed = true });

        across.IsStoredTransposed.ShouldBeTrue();
        across.StoredShape.ShouldBe([10L, 6L]);
        for (var row = 0; row < 6; row++)
        {
            Row(across, row).ShouldBe(Row(plain, row));
        }
    }

    private static float[] Numbers(RandomWeights weights, string name, int rows, int columns)
    {
        var parameter = weights.Get(new WeightRequest(name, new Shape(rows, columns)));
        return [.. Enumerable.Range(0, rows).SelectMany(row => Row(parameter, row))];
    }

    private static float[] Row(Tensors.Weights.Parameter parameter, int row = 0)
    {
        var numbers = new float[parameter.Shape.Columns];
        parameter.Weight.DecodeRow(row, numbers);
        return numbers;
    }
}
