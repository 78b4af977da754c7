using System.Text;
using Sequitur.Engine.Loading;
using Sequitur.Engine.Sampling;
using Sequitur.Engine.Speculation;

namespace Sequitur.Engine.Tests.Speculation;

/// <summary>Prompt look-up on the shipped model: texts that repeat, texts that do not.</summary>
public sealed class SmolLmSpeculationTests
{
    private const string Verse = "One for the master, one for the dame, and one for the little boy who lives down the lane. One for the master, one for the";

    public static TheoryData<string, float, string> Texts => new()
    {
        { Verse, 0, "" },
        { Verse, 0, "little b" },
        { Verse, 0.6f, "" },
        { "def add(a, b):\n    return a + b\n\ndef sub(a, b):\n    return a - b\n\ndef mul(a, b):\n", 0, "" },
        { "Once upon a time, in a small village by the sea, there lived", 0.9f, "" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Generate_WithLookup_GivesThePlainTextTokensAndLogits(string prompt, float temperature, string stop)
    {
        using var model = TextModel.Load(SmolLm.Path);
        var request = new TextRequest { Prompt = prompt, Raw = true, MaxTokens = 40, Temperature = temperature, Seed = 11, KeepLogits = true, Stops = stop.Length > 0 ? [stop] : [] };
        var (expected, text) = Generate(null);
        (stop.Length == 0 || expected.StopString == stop).ShouldBeTrue();
        foreach (var adapts in new[] { true, false })
        {
            var (actual, written) = Generate(SpeculationOptions.Lookup(6)! with { Adapts = adapts });
            actual.ShouldBeThatOf(expected, prompt);
            written.ShouldBe(text);
            if (!adapts && temperature == 0)
            {
                actual.Speculation!.Value.TokensPerPass.ShouldBeGreaterThan(1);
            }
        }

        (Generation, string) Generate(SpeculationOptions? speculation)
        {
            using var engine = new TextEngine(model, new EngineOptions { Threads = 2, Context = 256, Speculation = speculation });
            var output = new MemoryStream();
            return (engine.Generate(request, output.Write, TestContext.Current.CancellationToken), Encoding.UTF8.GetString(output.ToArray()));
        }
    }
}
