using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Tests.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

internal static class AttentionGradientCases
{
    public static IEnumerable<KernelCase> All =>
    [
        new("gradient of queries, size of a head", typeof(AttentionQueryGradientKernel), n => n == 0 ? [] : Queries(n, n, 3, 9)),
        new("gradient of queries, number of keys", typeof(AttentionQueryGradientKernel), n => Queries(5, 7, n, 2)),
        new("gradient of keys and values, size of a head", typeof(AttentionKeyValueGradientKernel), n => n == 0 ? [] : KeysAndValues(n, n, 3, 9)),
        new("gradient of keys and values, number of keys", typeof(AttentionKeyValueGradientKernel), n => KeysAndValues(5, 7, n, 2)),
    ];

    private static IEnumerable<Binding> Queries(int keyDim, int valueDim, params int[] lengths)
    {
        var (data, keys, output, lse, dy) = Forward(keyDim, valueDim, lengths);
        yield return new(
            () => Empty(data.Batch.Total, data.Q.Columns),
            (processor, dq) => new AttentionQueryGradientKernel(processor, data.Q, keys, data.Batch.Rows, data.Shape, output, lse, dy, dq));
    }

    private static IEnumerable<Binding> KeysAndValues(int keyDim, int valueDim, params int[] lengths)
    {
        var (data, keys, output, lse, dy) = Forward(keyDim, valueDim, lengths);
        Operand Keys() => Empty(data.Batch.Total, data.K.Columns);
        Operand Values() => Empty(data.Batch.Total, data.V.Columns);
        yield return new(
            Keys, (processor, dk) => new AttentionKeyValueGradientKernel(processor, data.Q, keys, data.Batch.Rows, data.Shape, output, lse, dy, dk, Values()));
        yield return new(
            Values, (processor, dv) => new AttentionKeyValueGradientKernel(processor, data.Q, keys, data.Batch.Rows, data.Shape, output, lse, dy, Keys(), dv));
    }

    private static (AttentionCase Data, KeyValueRows Keys, Operand Output, Operand LogSumExp, Operand Gradient) Forward(int keyDim, int valueDim, int[] lengths)
    {
        var data = new AttentionCase(AttentionCase.Shaped(2, 1, keyDim, valueDim), lengths);
        var (keys, output, lse) = (new KeyValueRows(data.K, data.V, data.Batch.Rows), data.Output(), data.LogSumExp());
        Run(new AttentionKernel(Processor.Reference, data.Q, keys, data.Batch.Rows, null, data.Shape, output, lse));
        return (data, keys, output, lse, Random(data.Batch.Total, output.Columns, 77));
    }
}
