using Sequitur.Kernels.Rope;
using Sequitur.Kernels.Tests.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

internal static class RopeCases
{
    private const int Rows = 5;
    private const int Heads = 2;

    public static IEnumerable<KernelCase> All =>
    [
        .. from layout in Enum.GetValues<RopeLayout>()
           from inverse in new[] { false, true }
           select Case(layout, inverse),
        new("rope table", typeof(RopeTableKernel), Rows, n => 2 * n, n =>
        {
            var (rows, frequencies, scale) = (Ragged.Whole(Rows - 2, 2).Rows, Random(2, n, n), Of(2, 1, [1f, 1.25f]));
            return (processor, table) => new RopeTableKernel(processor, rows, frequencies, scale, table);
        }),
    ];

    private static KernelCase Case(RopeLayout layout, bool inverse) =>
        new($"rope {layout}{(inverse ? ", inverse" : "")}", typeof(RopeKernel), Rows, n => Heads * n, n =>
        {
            var (x, table, first) = (Random(Rows, Heads * n, n), Random(Rows, n / 2 * 2, n + 1), n % 2);
            return n == 0 ? null : (processor, y) => new RopeKernel(processor, x, table, y, n, first, n / 2 * 2, layout, inverse);
        });
}
