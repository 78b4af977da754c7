using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Tests.Attention;
using Sequitur.Kernels.Tests.Tails;

namespace Sequitur.Kernels.Tests.Wide;

/// <summary>Kernels that are written over lanes, in 16 lanes.</summary>
public sealed class WideKernelTests
{
    // Bound for vectors, whichever.
    private static Processor Bound => Processor.Parse(nameof(Tier.V256));

    /// <summary>All cases of such kernels.</summary>
    public static TheoryData<string> Names => [.. KernelCases.Entries.Where(entry => entry.Kernel.IsSubclassOf(typeof(LaneKernel))).Select(entry => entry.Name)];

    /// <summary>Heads, key heads, sizes of keys and values, the window (0: none), and whether infinities are noted.</summary>
    public static TheoryData<int, int, int, int, int, bool> Shapes => new()
    {
        { 1, 1, 64, 64, 0, true },
        { 2, 1, 20, 36, 0, true },
        { 3, 1, 8, 16, 100, true },
        { 3, 1, 64, 64, 0, true },
        { 8, 2, 17, 80, 0, true },
        { 4, 1, 20, 128, 70, true },
        { 6, 1, 16, 48, 257, true },
        { 4, 2, 32, 32, 0, false },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_OfEveryCase_EqualsTheReference(string name)
    {
        WideCode.Require();
        var entry = KernelCases.Entries.Single(entry => entry.Name == name);
        var bound = 0;
        foreach (var size in KernelHarness.Lengths.Where(size => size <= KernelCases.Largest))
        {
            foreach (var binding in entry.At(size))
            {
                var expected = binding.Output();
                KernelHarness.Run(binding.Bind(Processor.Reference, expected));
                foreach (var chunk in entry.Chunks)
                {
                    var actual = binding.Output();
                    KernelHarness.Run(((LaneKernel)binding.Bind(Bound, actual)).Wide(), chunk);
                    KernelHarness.Bits(actual).ShouldBe(KernelHarness.Bits(expected), $"size {size}, chunks of {chunk}");
                    bound++;
                }
            }
        }

        bound.ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Attention_OverPages_EqualsTheReference(int heads, int keyHeads, int keyDim, int valueDim, int window, bool noted)
    {
        WideCode.Require();
        var shape = AttentionCase.Shaped(heads, keyHeads, keyDim, valueDim, window: window);
        foreach (var format in new[] { ElementType.F32, ElementType.F16, ElementType.Q8_0 })
        {
            // From one key to more than a span, no whole tiles.
            int[] lengths = [1, 65, 333];
            var (expectedOutput, expectedSums) = new AttentionCase(shape, lengths).Cached(Processor.Reference, format, 1000);
            foreach (var rows in new[] { 1, 65, 1000 })
            {
                var (output, sums) = new AttentionCase(shape, lengths) { Through = kernel => kernel.Wide() }.Cached(Bound, format, rows, rows, 5, noted);
                output.ShouldBe(expectedOutput, $"{format}, {rows} rows at once");
                sums.ShouldBe(expectedSums, $"{format}, {rows} rows at once");
            }
        }
    }
}
