using System.Runtime.InteropServices;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Child processes whose runtime has some instructions switched off compute the bits that this one computes.</summary>
public class LegTests
{
    /// <summary>The runtime's variables, and the tiers that are there without what they switch off (on x86-64; FMA goes with AVX2).</summary>
    public static TheoryData<string, Tier[]> Legs => new()
    {
        { "DOTNET_EnableAVX512", [Tier.Scalar, Tier.V128, Tier.V256] },
        { "DOTNET_EnableAVX2", [Tier.Scalar] },
        { "DOTNET_EnableHWIntrinsic", [Tier.Scalar] },
    };

    [Theory]
    [MemberData(nameof(Legs))]
    public void Run_WithoutSomeInstructions_GivesTheSameBits(string variable, Tier[] tiers)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "these variables switch off instructions of x86-64");
        var leg = Leg.Run(variable);

        leg.Failure.ShouldBeEmpty();
        string[] expected = [.. tiers.Where(Processor.IsSupported).Select(tier => tier.ToString())];
        leg.Tiers.ShouldBe(expected);
        var names = KernelCases.Names.Select(row => row.Data).ToList();
        leg.Digests.Keys.Order().ShouldBe(names.Append("functions").Order());
        leg.Digests["functions"].ShouldBe(FunctionDigest.Of());
        names.Where(name => leg.Digests[name] != KernelCases.Digest(name)).ShouldBeEmpty();
        string[] missing = [.. Processor.Available.Select(processor => processor.Tier.ToString()).Except(leg.Tiers).DefaultIfEmpty("none")];
        TestContext.Current.SendDiagnosticMessage(
            "{0}", $"{variable}=0: {names.Count} cases equal on {string.Join(", ", leg.Tiers)}; tiers that fell away: {string.Join(", ", missing)}");
    }
}
