using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Tests.Numerics;

/// <summary>Philox4x32-10 against the known answers of its authors' library (Random123).</summary>
public sealed class PhiloxTests
{
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0ul, 0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu)]
    [InlineData(0x243F6A88u, 0x85A308D3u, 0x13198A2Eu, 0x03707344u, 0x299F31D0A4093822ul, 0xD16CFE09u, 0x94FDCCEBu, 0x5001E420u, 0x24126EA1u)]
    public void Block_OfKnownCounters_GivesTheKnownAnswers(uint c0, uint c1, uint c2, uint c3, ulong key, uint a, uint b, uint c, uint d) =>
        Philox.Block(key, c0, c1, c2, c3).ShouldBe((a, b, c, d));

    [Fact]
    public void Uniform_OfManySteps_LiesInTheUnitIntervalEvenly()
    {
        float[] numbers = [.. Enumerable.Range(0, 10_000).Select(step => Philox.Uniform(3, 0, (uint)step, RandomPurpose.Sample))];

        numbers.ShouldAllBe(x => x >= 0 && x < 1);
        numbers.Average().ShouldBe(0.5f, 0.01f);
        numbers.Distinct().Count().ShouldBeGreaterThan(9_990);
    }
}
