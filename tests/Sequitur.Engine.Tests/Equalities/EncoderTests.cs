using Sequitur.Kernels;
using Sequitur.Models;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>An encoder promises nothing about chunks or caches: what is left of the equalities holds to the bit.</summary>
public sealed class EncoderTests
{
    public static TheoryData<string, bool> Variants => [("F32", false), ("Q8_0", true)];

    public static TheoryData<string, bool, int> EachLength => [.. Variants.SelectMany(v => Variant.Lengths.Select(length => (v.Data.Item1, v.Data.Item2, length)))];

    [Theory]
    [MemberData(nameof(EachLength))]
    public void Plan_AnyLength_EqualsTheInterpreter(string weights, bool integer, int length)
    {
        var options = Options(weights, integer);
        options.Model.Equalities.ShouldBe(Sequitur.Models.Equalities.Encoder);
        var ids = Variant.Tokens(length);
        var oracle = Runner.Interpret(options, ids);
        using var kept = new Runner(options with { KeepAll = true });
        kept.Logits(ids);

        PlanTests.ShouldKeepWhatTheOracleHas(kept, oracle);
        RunnerOptions[] others = [options, options with { WithoutFusions = ["*"] }, options with { Threads = 2 }, .. Processor.Available.Skip(1).Select(p => options with { Processor = p })];
        foreach (var other in others)
        {
            using var runner = new Runner(other);
            runner.Logits(ids).ShouldBeBitwise(oracle.Floats(Outputs.Logits), $"{other.Processor.Tier}, {other.Threads} threads");
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Plan_AllLengthsInOneBatch_EqualsEachAlone(string weights, bool integer)
    {
        var options = Options(weights, integer) with { Tokens = Variant.Lengths.Sum(), Sequences = Variant.Lengths.Count };
        using var runner = new Runner(options);
        var streams = Variant.Lengths.Select(_ => runner.Open()).ToArray();

        runner.Step([.. streams.Zip(Variant.Lengths, (stream, length) => (stream, Variant.Tokens(length, length)))]);

        runner.Rows.ShouldBe(Variant.Lengths.Sum());
        foreach (var (stream, length) in streams.Zip(Variant.Lengths))
        {
            stream.Logits.ShouldBeBitwise(runner.Logits(Variant.Tokens(length, length)), $"{length} tokens");
        }
    }

    private static RunnerOptions Options(string weights, bool integer) => new(Families.Create("bert", weights), integer, Cache: null);
}
