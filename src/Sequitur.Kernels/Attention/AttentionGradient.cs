using System.Runtime.Intrinsics;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// What both gradients of attention share: its operands, and a weight with the gradient of its score recomputed from the log-sum-exp,
/// so that no matrix of weights is ever stored (Dao et al. 2022).
/// </summary>
internal sealed unsafe class AttentionGradient
{
    private const int Lanes = 8;

    private readonly Operand _output;
    private readonly Operand _logSumExp;

    public AttentionGradient(
        Operand q, KeyValueRows keys, RaggedRows queries, AttentionShape shape, Operand output, Operand logSumExp, Operand outputGradient)
    {
        shape.Check();
        queries.Check("rows of the queries");
        keys.Check(shape);
        Shapes.Check(q, checked(shape.Heads * shape.KeyDim), ElementType.F32, "queries");
        Shapes.Check(output, checked(shape.Heads * shape.ValueDim), ElementType.F32, "output");
        Shapes.Check(outputGradient, output.Columns, ElementType.F32, "gradient of the output");
        Shapes.Check(logSumExp, shape.Heads, ElementType.F32, "log-sum-exp");
        foreach (var operand in (ReadOnlySpan<Operand>)[q, output, outputGradient, logSumExp])
        {
            Shapes.SameRows(operand, queries.Sequence, "operands of the queries");
        }

        foreach (var term in shape.Terms)
        {
            // A term without a gradient says so when it is asked for one.
            _ = term.Slope(0);
        }

        (Query, Keys, Queries, Shape, OutputGradient) = (q, keys, queries, shape, outputGradient);
        (_output, _logSumExp) = (output, logSumExp);
    }

    public Operand Query { get; }

    public KeyValueRows Keys { get; }

    public RaggedRows Queries { get; }

    public AttentionShape Shape { get; }

    public Operand OutputGradient { get; }

    public float* QueryOf(long row, int head) => Query.Floats(row) + ((long)head * Shape.KeyDim);

    public float* OutputGradientOf(long row, int head) => OutputGradient.Floats(row) + ((long)head * Shape.ValueDim);

    /// <summary>δ = Σ dout·out, which every score's gradient of the row and head subtracts.</summary>
    public float Delta(long row, int head) =>
        Dot(OutputGradientOf(row, head), _output.Floats(row) + ((long)head * Shape.ValueDim), Shape.ValueDim);

    /// <summary>
    /// The weight p = exp(score − log-sum-exp) of a visible key, and the gradient of its dot product:
    /// <c>p·(dout·v − δ)</c> times the slopes of the terms times the scale.
    /// </summary>
    public (float Weight, float DotGradient) Pair(long row, int head, long sequence, long key, float delta)
    {
        var keyHead = head / Shape.Group;
        var score = Dot(QueryOf(row, head), Keys.Key(Shape, sequence, key, keyHead), Shape.KeyDim) * Shape.Scale;
        var slope = 1f;
        foreach (var term in Shape.Terms)
        {
            term.Apply<One>(&score, 0, 1, new(key, Queries.PositionOf(row), head));
            slope *= term.Slope(score);
        }

        var weight = Scalar.Exp(score - _logSumExp.Floats(row)[head]);
        var gradient = Dot(OutputGradientOf(row, head), Keys.Value(Shape, sequence, key, keyHead), Shape.ValueDim) - delta;
        return (weight, weight * gradient * slope * Shape.Scale);
    }

    /// <summary>Adds weight times a vector to a sum, fused.</summary>
    public static void Accumulate(float* sum, float weight, float* vector, int count)
    {
        var (factor, i) = (Vector256.Create(weight), 0);
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector256.FusedMultiplyAdd(factor, Vector256.Load(vector + i), Vector256.Load(sum + i)).Store(sum + i);
        }

        for (; i < count; i++)
        {
            sum[i] = MathF.FusedMultiplyAdd(weight, vector[i], sum[i]);
        }
    }

    /// <summary>Adds a span's sum to the total, and clears it for the next span.</summary>
    public static void Merge(float* total, float* span, int count)
    {
        for (var i = 0; i < count; i++)
        {
            total[i] += span[i];
            span[i] = 0;
        }
    }

    /// <summary>
    /// Σ a·b in eight chains of fused multiply-adds, element i in chain i modulo 8; the chains are then added in pairs: 0 with 4, 1 with 5 …, of these the first with the third, the second with the fourth, and the two
    /// that are left. Every tier computes it so: a serial chain would wait for each sum.
    /// </summary>
    public static float Dot(float* a, float* b, int count)
    {
        var (sums, i) = (Vector256<float>.Zero, 0);
        for (; i <= count - Lanes; i += Lanes)
        {
            sums = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), Vector256.Load(b + i), sums);
        }

        for (var lane = 0; i + lane < count; lane++)
        {
            sums = sums.WithElement(lane, MathF.FusedMultiplyAdd(a[i + lane], b[i + lane], sums.GetElement(lane)));
        }

        var half = sums.GetLower() + sums.GetUpper();
        return (half.GetElement(0) + half.GetElement(2)) + (half.GetElement(1) + half.GetElement(3));
    }
}
