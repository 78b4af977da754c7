using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Kernels;
using Sequitur.Models;

namespace Sequitur.Engine.Tests;

/// <summary>What does not fit into memory is refused before anything is read, with a sum that is right and advice that helps.</summary>
public sealed partial class MemoryBudgetTests
{
    private static readonly Model Model = Families.Create("llama", "Q4_1");

    private static EngineOptions Options => new() { Threads = 1, Context = 1024, BatchTokens = 16 };

    [GeneratedRegex(@"(?<needed>[\d,]+) bytes are needed \((?<weights>[\d,]+) for weights, (?<cache>[\d,]+) for the cache of 1,024 positions, (?<each>[\d,]+) a position, and (?<buffers>[\d,]+) for buffers\), and (?<there>[\d,]+) bytes may be taken: (?<advice>.*)$")]
    private static partial Regex Sum { get; }

    [Fact]
    public void Create_BeyondMemory_SaysWhatAnEngineTakes()
    {
        var refusal = Refusal(Options with { MemoryBytes = 1000 });

        using var engine = new InferenceEngine(Model, Options);
        var caches = Model.Caches.Select(slot => slot.Group.Name).Distinct().Sum(group => engine.Pages.Memory.Pool(group).Bytes);
        Number(refusal, "weights").ShouldBe(engine.PlanOptions.Weights!.Bytes);
        Number(refusal, "cache").ShouldBe(caches);
        Number(refusal, "each").ShouldBe(2 * 2 * (32 + 32) * 2); // layers × heads × numbers of keys and values × F16
        Number(refusal, "buffers").ShouldBe(engine.Plan.Bytes);
        Number(refusal, "needed").ShouldBe(engine.PlanOptions.Weights!.Bytes + caches + engine.Plan.Bytes);
        Number(refusal, "there").ShouldBe(1000);
        refusal.Groups["advice"].Value.ShouldStartWith("use --low-memory");
    }

    [Fact]
    public void Create_ExactlyWhatIsThere_Fits()
    {
        var needed = Number(Refusal(Options with { MemoryBytes = 1000 }), "needed");

        using var engine = new InferenceEngine(Model, Options with { MemoryBytes = needed });
        Refusal(Options with { MemoryBytes = needed - 1 });
    }

    [Fact]
    public void Create_CacheBeyondMemory_NamesTheLargestContextThatFits()
    {
        var tight = Options with { MemoryBytes = Number(Refusal(Options with { MemoryBytes = 1000 }), "needed") - 300_000 };
        var advice = Refusal(tight).Groups["advice"].Value;
        advice.ShouldStartWith("use a --context of ");
        var context = int.Parse(advice.Split(' ')[4], CultureInfo.InvariantCulture);

        context.ShouldBeInRange(1, 1023);
        using (var engine = new InferenceEngine(Model, tight with { Context = context }))
        {
            engine.Context.ShouldBe(context);
        }

        // Two pages more: the buffers, with their page tables, are a little smaller than at the context that was asked for first.
        Should.Throw<CapacityException>(() => new InferenceEngine(Model, tight with { Context = context + 128 }));
    }

    [Fact]
    public void Create_CacheOfBytesWouldFit_SaysSo()
    {
        var needed = Number(Refusal(Options with { MemoryBytes = 1000 }), "needed");
        var tight = Options with { MemoryBytes = needed - 100_000 };

        Refusal(tight).Groups["advice"].Value.ShouldEndWith("or keep the context and use --cache q8_0");
        new InferenceEngine(Model, tight with { CacheFormat = ElementType.Q8_0 }).Dispose();

        Refusal(Options with { MemoryBytes = 1000, CacheFormat = ElementType.Q8_0 }).Groups["advice"].Value.ShouldNotContain("q8_0");
    }

    [Fact]
    public void Create_LowMemory_CountsNoWeights()
    {
        var refusal = Refusal(Options with { MemoryBytes = 1000, LowMemory = true });

        Number(refusal, "weights").ShouldBe(0);
        refusal.Groups["advice"].Value.ShouldNotContain("low-memory");
    }

    private static Match Refusal(EngineOptions options)
    {
        var message = Should.Throw<CapacityException>(() => new InferenceEngine(Model, options)).Message;
        message.ShouldNotContain("\n");
        var match = Sum.Match(message);
        match.Success.ShouldBeTrue(message);
        return match;
    }

    private static long Number(Match match, string name) => long.Parse(match.Groups[name].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
