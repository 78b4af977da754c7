using Sequitur.Kernels.Measure;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Kernels that measure the machine; the size is the number of rounds, or of words.</summary>
internal static class MeasureCases
{
    private const int Items = 5;

    public static IEnumerable<KernelCase> All =>
    [
        new("float peak, rounds", typeof(FloatPeakKernel), Items, _ => FloatPeakKernel.Columns, n => (processor, y) => new FloatPeakKernel(processor, y, n)),
        new("integer peak, rounds", typeof(IntegerPeakKernel), n =>
            [new(() => Empty(Items, IntegerPeakKernel.Columns, ElementType.I32), (processor, y) => new IntegerPeakKernel(processor, y, n))]),
        new("read, words", typeof(ReadKernel), n => Reads(n)),
        new("read, words behind a block", typeof(ReadKernel), n => Reads(ReadKernel.BlockWords + n)),
    ];

    private static IEnumerable<Binding> Reads(int words)
    {
        var source = Random(1, words, words);
        var bytes = (long)words * sizeof(float);
        yield return new(
            () => Empty((int)ReadKernel.BlocksOf(bytes), ReadKernel.Sums, ElementType.I32),
            (processor, y) => new ReadKernel(processor, source.Memory.Slice(0, bytes), y));
    }
}
