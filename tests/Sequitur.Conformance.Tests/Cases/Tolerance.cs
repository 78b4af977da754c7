using Sequitur.Tensors.Weights;

namespace Sequitur.Conformance.Tests.Cases;

/// <summary>Numbers whose largest one a tolerance is relative to.</summary>
internal enum ToleranceGroup
{
    /// <summary>The whole tensor.</summary>
    Tensor,

    /// <summary>The row along the last axis.</summary>
    Row,

    /// <summary>The number itself.</summary>
    Element,
}

/// <summary>
/// How far a tensor may be from the reference, as its case says: either <c>rel · max(max|expected|, floor)</c> by group, or <c>atol</c> by tensor name, with a bound on the
/// relative error of the whole tensor besides.
/// </summary>
/// <param name="Relative">Of the largest expected number; null where the bound is absolute.</param>
/// <param name="Floor">What the largest number counts at least, or the absolute bound.</param>
/// <param name="RelativeL2">|actual − expected|₂ / |expected|₂ for tensors whose norm exceeds <see cref="NormThatCounts"/>.</param>
/// <param name="Over">The numbers whose largest one <see cref="Relative"/> is of.</param>
internal sealed record Tolerance(double? Relative, double Floor, double? RelativeL2, ToleranceGroup Over = ToleranceGroup.Tensor)
{
    /// <summary>Tensors of a smaller norm are zero up to rounding.</summary>
    public const double NormThatCounts = 1e-5;

    /// <summary>The tolerance of a tensor.</summary>
    /// <exception cref="InvalidDataException">The case gives none.</exception>
    public static Tolerance Of(ModelCase model, string tensor)
    {
        if (!model.Description.TryGetObject("tolerance", out var all))
        {
            throw new InvalidDataException($"{model} gives no tolerances");
        }

        foreach (var name in (string[])[tensor, Group(tensor), Pattern(tensor)])
        {
            if (all.TryGetObject(name, out var one))
            {
                return Read(one);
            }
        }

        throw new InvalidDataException($"{model} gives no tolerance for {tensor}");
    }

    /// <summary>Numbers of a group, in a tensor of the given sizes.</summary>
    public int GroupSize(Expected expected) => Math.Max(1, Over switch
    {
        ToleranceGroup.Element => 1,
        ToleranceGroup.Row => (int)expected.Shape[^1],
        _ => expected.Values.Length,
    });

    /// <summary>The largest error that is allowed.</summary>
    public double Limit(double largestExpected) => Relative is { } relative ? relative * Math.Max(largestExpected, Floor) : Floor;

    private static Tolerance Read(ModelConfig one) => one.Has("atol")
        ? new(null, one.GetFloat("atol"), one.Has("relative_l2") ? one.GetFloat("relative_l2") : null)
        : new(one.GetFloat("rel"), one.GetFloat("floor"), null);

    // All logits are one group, whatever they belong to; so are all values of routers.
    private static string Group(string tensor) =>
        tensor.EndsWith("logits", StringComparison.Ordinal) ? "logits"
        : tensor.StartsWith("router_", StringComparison.Ordinal) ? "router"
        : tensor.Split('.')[0];

    private static string Pattern(string tensor) => $"{tensor.Split('.')[0]}.*";
}
