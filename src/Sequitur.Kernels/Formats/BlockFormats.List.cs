namespace Sequitur.Kernels.Formats;

public static partial class BlockFormats
{
    private static Entry[] List() =>
    [
        new(new F32(), 0),
        new(new F16(), 1),
        new(new BF16(), 30),
        new(new Q4_1(), 3),
        new(new Q8_0(), 8),
    ];
}
