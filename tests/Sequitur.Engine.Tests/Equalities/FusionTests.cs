using Sequitur.Tensors.Execution.Fusions;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Fusing changes no bit: not all rules together, and not one by one.</summary>
public sealed class FusionTests
{
    // Where each rule is expected to fire.
    private static readonly Dictionary<string, string> Shows = new()
    {
        ["bias-into-matmul"] = "llama-bias Q8_0, F16 cache, integer",
        ["residual-into-matmul"] = "llama Q4_1, F16 cache, integer",
        ["norm-then-encode"] = "llama Q4_1, F16 cache, integer",
        ["activation-then-multiply"] = "llama F32, F32 cache",
        ["gate-then-encode"] = "llama Q4_1, F16 cache, integer",
        ["rope-then-write"] = "llama Q4_1, F16 cache, integer",
        ["activation-then-encode"] = "gpt2 Q8_0, F16 cache, integer",
    };

    public static TheoryData<string> Rules => [.. FusionRules.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_Unfused_EqualsFused(string name, int length)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { WithoutFusions = ["*"] });

        runner.Plan.Fired.ShouldBeEmpty();
        runner.Logits(Variant.Tokens(length)).ShouldBeBitwise(Whole.Logits(variant, length), "logits");
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_OnItsGraph_FiresAndIsMissedWhenOff(string rule)
    {
        var variant = Variant.Of(Shows[rule]);
        using var with = new Runner(new RunnerOptions(variant));
        using var without = new Runner(new RunnerOptions(variant) { WithoutFusions = [rule] });

        with.Plan.Fired.GetValueOrDefault(rule).ShouldBeGreaterThan(0);
        without.Plan.Fired.GetValueOrDefault(rule).ShouldBe(0);
        without.Plan.Graph.Nodes.Count.ShouldBeGreaterThan(with.Plan.Graph.Nodes.Count);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Plan_WithoutOneRule_EqualsFused(string rule)
    {
        foreach (var name in Variant.Names)
        {
            var variant = Variant.Of(name);
            using var runner = new Runner(new RunnerOptions(variant) { WithoutFusions = [rule] });
            foreach (var length in (int[])[1, 65, 257])
            {
                runner.Logits(Variant.Tokens(length)).ShouldBeBitwise(Whole.Logits(variant, length), $"{name}: {length} tokens without {rule}");
            }
        }
    }
}
