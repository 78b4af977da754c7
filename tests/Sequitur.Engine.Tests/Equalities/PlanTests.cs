using Sequitur.Kernels;
using Sequitur.Models;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>A plan computes what the interpreter does of the same lowered graph, value by value.</summary>
public sealed class PlanTests
{
    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_AnyLength_EqualsTheInterpreter(string name, int length)
    {
        var variant = Variant.Of(name);
        var options = new RunnerOptions(variant);
        var ids = Variant.Tokens(length);
        var oracle = Runner.Interpret(options, ids);

        Whole.Logits(variant, length).ShouldBeBitwise(oracle.Floats(Outputs.Logits), "logits");

        using var runner = new Runner(options with { KeepAll = true });
        runner.Logits(ids);
        var names = runner.Lowered.Named.Where(v => v.Value.Type == ElementType.F32).Select(v => v.Key).ToArray();
        names.Length.ShouldBeGreaterThan(20);
        foreach (var value in names)
        {
            runner.Plan.Floats(value).ShouldBeBitwise(oracle.Floats(value), value);
        }
    }
}
