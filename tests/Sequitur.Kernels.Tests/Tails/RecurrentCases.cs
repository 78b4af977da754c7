using Sequitur.Kernels.Recurrent;
using Sequitur.Kernels.Tests.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Without a state, and with one that is read and written: its last bytes end the pool.</summary>
internal static class RecurrentCases
{
    private const int Pages = 2;

    private static readonly Ragged Fresh = Ragged.Whole(4, 1);
    private static readonly Ragged Later = new([7, 9], [4, 1]);

    public static IEnumerable<KernelCase> All =>
    [
        Case("token shift", typeof(TokenShiftKernel), 1, n =>
        {
            var x = Random(Fresh.Total, n, n);
            return (processor, ragged, state, y) => new TokenShiftKernel(processor, x, ragged.Rows, state, y);
        }),
        Case("wkv", typeof(WkvKernel), WkvKernel.StatePerChannel, n =>
        {
            var (k, v, decay, first) = (Random(Fresh.Total, n, 1, 8), Random(Fresh.Total, n, 2), Random(1, n, 3, 4), Random(1, n, 4, 2));
            return (processor, ragged, state, y) => new WkvKernel(processor, k, v, decay, first, ragged.Rows, state, y);
        }),
    ];

    private static KernelCase Case(string name, Type kernel, int numbers, Func<int, Func<Processor, Ragged, StateSlot?, Operand, Programs.Kernel>> at) => new(name, kernel, n =>
    {
        if (n == 0)
        {
            return [];
        }

        var (bind, pageBytes) = (at(n), (numbers * n * sizeof(float)) + sizeof(float));
        var before = Guarded.Memory(Pages * pageBytes);
        Random(1, Pages * pageBytes / sizeof(float), 9).Memory.AsSpan<byte>().CopyTo(before.AsSpan<byte>());
        Operand Pool()
        {
            var pool = Guarded.Memory(before.Bytes);
            before.AsSpan<byte>().CopyTo(pool.AsSpan<byte>());
            return new(pool, Extent.Constant(Pages), pageBytes / sizeof(float), ElementType.F32);
        }

        StateSlot Slot(Operand pool) => new(Of(Pages, 1, [1, 0]), pool.Memory, pageBytes, sizeof(float));
        return
        [
            new(() => Empty(Fresh.Total, n), (processor, y) => bind(processor, Fresh, null, y)),
            new(() => Empty(Later.Total, n), (processor, y) => bind(processor, Later, Slot(Pool()), y)),
            new(Pool, (processor, pool) => bind(processor, Later, Slot(pool), Empty(Later.Total, n))),
        ];
    });
}
