using Sequitur.Kernels;
using Sequitur.Models;
using Sequitur.Tensors.Execution;

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
        ShouldKeepWhatTheOracleHas(runner, oracle);
    }

    /// <summary>Every named value is the oracle's.</summary>
    internal static void ShouldKeepWhatTheOracleHas(Runner runner, Interpreter oracle)
    {
        runner.Lowered.Named.Count.ShouldBeGreaterThan(20);
        foreach (var (name, tensor) in runner.Lowered.Named)
        {
            if (tensor.Type == ElementType.F32)
            {
                runner.Plan.Floats(name).ShouldBeBitwise(oracle.Floats(name), name);
            }
            else
            {
                runner.Integers(name).ShouldBe(oracle.Integers(name), name);
            }
        }
    }
}
