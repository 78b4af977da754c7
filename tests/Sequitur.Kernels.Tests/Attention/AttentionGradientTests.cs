using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Numerics;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

public class AttentionGradientTests
{
    public static TheoryData<int, int, int, int, bool, int, float> Shapes => new()
    {
        // heads, key heads, key size, value size, causal, window, soft cap
        { 1, 1, 3, 5, true, 0, 0 },
        { 4, 2, 4, 3, false, 0, 0 },
        { 3, 1, 4, 4, true, 5, 2 },
        { 2, 2, 4, 4, false, 4, 3 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_AgainstFiniteDifferences_IsClose(int heads, int keyHeads, int keyDim, int valueDim, bool causal, int window, float cap)
    {
        var data = new AttentionCase(Shape(heads, keyHeads, keyDim, valueDim, causal, window, cap), [1, 12, 7]);
        var bound = new Bound(data);
        Differences(data, bound, data.Q, bound.Query(Processor.Reference), cap);
        Differences(data, bound, data.K, bound.KeyValue(Processor.Reference).Key, cap);
        Differences(data, bound, data.V, bound.KeyValue(Processor.Reference).Value, cap);
    }

    [Fact]
    public void Run_OverManyRows_MergesSpansAndStaysTheSameInChunksAndAlone()
    {
        var shape = AttentionCase.Shaped(2, 1, 8, 4);
        var data = new AttentionCase(shape, [520, 3]);
        var bound = new Bound(data);
        foreach (var processor in Processor.Available)
        {
            Bits(bound.Query(processor, 7)).ShouldBe(Bits(bound.Query(Processor.Reference)));
            Bits(bound.KeyValue(processor, 7).Key).ShouldBe(Bits(bound.KeyValue(Processor.Reference).Key));
            Bits(bound.KeyValue(processor, 7).Value).ShouldBe(Bits(bound.KeyValue(Processor.Reference).Value));
        }

        // dv of the first key, from the weights, in spans of 256 rows.
        var total = new float[4];
        for (var start = 0; start < 520; start += 256)
        {
            var span = new float[4];
            for (var i = start; i < Math.Min(start + 256, 520); i++)
            {
                for (var head = 0; head < 2; head++)
                {
                    float Term(int d) => Row<float>(data.Q, i)[(head * 8) + d] * Row<float>(data.K, 0)[d];
                    var score = ((Term(0) + Term(4)) + (Term(2) + Term(6))) + ((Term(1) + Term(5)) + (Term(3) + Term(7)));
                    var weight = Scalar.Exp((score * shape.Scale) - Row<float>(bound.LogSumExp, i)[head]);
                    for (var d = 0; d < 4; d++)
                    {
                        span[d] = MathF.FusedMultiplyAdd(weight, Row<float>(bound.OutputGradient, i)[(head * 4) + d], span[d]);
                    }
                }
            }

            total = [.. total.Zip(span, (a, b) => a + b)];
        }

        Row<float>(bound.KeyValue(Processor.Reference).Value, 0).ToArray().ShouldBe(total);
    }

    [Fact]
    public void Constructor_WithARelativeBias_NamesIt()
    {
        var data = new AttentionCase(AttentionCase.Shaped(2, 1, 4, 4, terms: [new RelativeBias(Random(8, 2, 1), 8, 14, true)]), [3]);
        Should.Throw<NotSupportedException>(() => new Bound(data).Query(Processor.Reference)).Message.ShouldContain(nameof(RelativeBias));
    }

    private static AttentionShape Shape(int heads, int keyHeads, int keyDim, int valueDim, bool causal, int window, float cap) =>
        AttentionCase.Shaped(heads, keyHeads, keyDim, valueDim, causal, window, cap > 0 ? [new SoftCap(cap)] : []);

    private static void Differences(AttentionCase data, Bound bound, Operand input, Operand gradient, float cap)
    {
        const float Step = 1 / 1024f;
        var weights = Floats(bound.OutputGradient);
        double Loss() => PlainAttention.Of(data, cap).Output.Zip(weights, (a, b) => a * b).Sum();
        for (var row = 0; row < data.Batch.Total; row++)
        {
            for (var column = 0; column < input.Columns; column++)
            {
                var value = Row<float>(input, row)[column];
                var (high, low) = (value + Step, value - Step);
                Row<float>(input, row)[column] = high;
                var above = Loss();
                Row<float>(input, row)[column] = low;
                var below = Loss();
                Row<float>(input, row)[column] = value;
                var expected = (above - below) / ((double)high - low);
                ((double)Row<float>(gradient, row)[column]).ShouldBe(expected, 2e-5 * (1 + Math.Abs(expected)), $"row {row}, column {column}");
            }
        }
    }

    /// <summary>A case with its forward results and an upstream gradient.</summary>
    private sealed class Bound
    {
        private readonly AttentionCase _data;
        private readonly KeyValueRows _rows;
        private readonly Operand _output;

        public Bound(AttentionCase data)
        {
            (_data, _rows) = (data, new(data.K, data.V, data.Batch.Rows));
            (_output, LogSumExp) = (data.Output(), data.LogSumExp());
            OutputGradient = Random(data.Batch.Total, _output.Columns, 77);
            Run(new AttentionKernel(Processor.Reference, data.Q, _rows, data.Batch.Rows, null, data.Shape, _output, LogSumExp));
        }

        public Operand LogSumExp { get; }

        public Operand OutputGradient { get; }

        public Operand Query(Processor processor, long chunk = long.MaxValue)
        {
            var gradient = Empty(_data.Batch.Total, _data.Q.Columns);
            Run(new AttentionQueryGradientKernel(processor, _data.Q, _rows, _data.Batch.Rows, _data.Shape, _output, LogSumExp, OutputGradient, gradient), chunk);
            return gradient;
        }

        public (Operand Key, Operand Value) KeyValue(Processor processor, long chunk = long.MaxValue)
        {
            var (key, value) = (Empty(_data.Batch.Total, _data.K.Columns), Empty(_data.Batch.Total, _data.V.Columns));
            Run(
                new AttentionKeyValueGradientKernel(processor, _data.Q, _rows, _data.Batch.Rows, _data.Shape, _output, LogSumExp, OutputGradient, key, value),
                chunk);
            return (key, value);
        }
    }
}
