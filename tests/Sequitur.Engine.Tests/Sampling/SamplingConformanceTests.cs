using System.Text.Json;
using Sequitur.Engine.Sampling;

namespace Sequitur.Engine.Tests.Sampling;

/// <summary>Every sampler, alone and in chains, against float64 formulas that were checked with two other implementations.</summary>
public sealed class SamplingConformanceTests
{
    private const double Probability = 1e-5;
    private const double Logit = 1e-4;

    // A logit is a float32: large ones cannot be nearer than half a unit in the last place.
    private const double HalfUlp = 1.0 / (1 << 24);

    private static readonly Lazy<JsonElement> File = new(() => SamplingCases.Read("samplers.json"));

    public static IEnumerable<TheoryDataRow<string>> Names => File.Value.GetProperty("cases").EnumerateArray().Select(each => new TheoryDataRow<string>(each.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Names))]
    public void Chain_Case_KeepsItsTokens(string name)
    {
        var expected = File.Value.GetProperty("cases").EnumerateArray().Single(each => each.GetProperty("name").GetString() == name);
        int[] history = [.. expected.GetProperty("history").EnumerateArray().Select(id => id.GetInt32())];
        var candidates = SamplingCases.Fill(expected.GetProperty("logits").GetString()!);
        var chain = SamplingCases.Chain(expected.GetProperty("chain"));

        chain.Start(seed: 1, history.Length + 1).Next(candidates, history);

        var ids = expected.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        if (expected.GetProperty("fair").GetBoolean())
        {
            candidates.Count.ShouldBe(expected.GetProperty("kept").GetInt32());
        }

        candidates.Sort();
        candidates.Ids[..ids.Length].ToArray().ShouldBe(ids);
        var (probabilities, logits) = (candidates.Probabilities().ToArray(), candidates.Logits.ToArray());
        for (var i = 0; i < ids.Length; i++)
        {
            probabilities[i].ShouldBe(expected.GetProperty("probabilities")[i].GetDouble(), Probability);
            var logit = expected.GetProperty("final_logits")[i].GetDouble();
            ((double)logits[i]).ShouldBe(logit, Math.Max(Logit, Math.Abs(logit) * HalfUlp));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mirostat_Cases_FollowTheSurprise(int version)
    {
        var steps = 0;
        foreach (var expected in SamplingCases.Read("mirostat.json").GetProperty("cases").EnumerateArray().Where(each => each.GetProperty("version").GetInt32() == version))
        {
            var m = expected.GetProperty("m") is { ValueKind: JsonValueKind.Number } given ? given.GetInt32() : 100;
            var mirostat = new Mirostat(version, expected.GetProperty("tau").GetSingle(), expected.GetProperty("eta").GetSingle(), m);
            foreach (var step in expected.GetProperty("steps").EnumerateArray())
            {
                var candidates = SamplingCases.Fill(step.GetProperty("logits").GetString()!);
                mirostat.Mu.ShouldBe(step.GetProperty("mu_before").GetDouble(), 1e-4);

                mirostat.Apply(candidates, default);

                if (!step.TryGetProperty("k", out var k) || k.ValueKind != JsonValueKind.Number || Math.Abs(k.GetDouble() - Math.Round(k.GetDouble())) > 1e-3)
                {
                    candidates.Count.ShouldBe(step.GetProperty("kept").GetInt32());
                }

                var top = step.GetProperty("top_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
                candidates.Ids[..top.Length].ToArray().ShouldBe(top);
                var probabilities = candidates.Probabilities().ToArray();
                step.GetProperty("top_probabilities").EnumerateArray().Select((p, i) => Math.Abs(p.GetDouble() - probabilities[i])).Max().ShouldBeLessThan(Probability);
                mirostat.Chosen(probabilities[candidates.Ids.IndexOf(step.GetProperty("drawn_id").GetInt32())]);
                mirostat.Mu.ShouldBe(step.GetProperty("mu_after").GetDouble(), 1e-4);
                steps++;
            }
        }

        steps.ShouldBeGreaterThan(1);
    }
}
