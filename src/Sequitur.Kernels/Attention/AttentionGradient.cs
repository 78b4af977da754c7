using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// What both gradients of attention share: its operands, and weights with the gradients of their scores recomputed from the log-sum-exp,
/// so that no matrix of weights is ever stored (Dao et al. 2022).
/// </summary>
internal sealed unsafe class AttentionGradient
{
    /// <summary>The most keys that <see cref="Pairs"/> takes at once.</summary>
    public const int KeyBlock = 8;

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
    /// For up to <see cref="KeyBlock"/> visible keys from <paramref name="key"/> on: the weights p = exp(score − log-sum-exp), and the gradients of their dot
    /// products: <c>p·(dout·v − δ)</c> times the slopes of the terms times the scale.
    /// </summary>
    public void Pairs(long row, int head, long sequence, long key, int count, float delta, float* weights, float* dotGradients)
    {
        var (shape, keyHead) = (Shape, head / Shape.Group);
        Dots(QueryOf(row, head), Keys.Key(shape, sequence, key, keyHead), Keys.K.Stride / sizeof(float), shape.KeyDim, count, weights);
        Dots(OutputGradientOf(row, head), Keys.Value(shape, sequence, key, keyHead), Keys.V.Stride / sizeof(float), shape.ValueDim, count, dotGradients);
        var logSumExp = _logSumExp.Floats(row)[head];
        for (var i = 0; i < count; i++)
        {
            var (score, slope) = (weights[i] * shape.Scale, 1f);
            for (var term = 0; term < shape.Terms.Count; term++)
            {
                shape.Terms[term].Apply<One>(&score, 0, 1, new(key + i, Queries.PositionOf(row), head));
                slope *= shape.Terms[term].Slope(score);
            }

            weights[i] = Scalar.Exp(score - logSumExp);
            dotGradients[i] = weights[i] * (dotGradients[i] - delta) * slope * shape.Scale;
        }
    }

    /// <summary>Adds weights times vectors to a sum, fused, one vector after the other.</summary>
    /// <param name="sum">The sum, <c>[columns]</c>.</param>
    /// <param name="weights">A weight a vector.</param>
    /// <param name="vectors">The vectors.</param>
    /// <param name="stride">Numbers from one vector to the next.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="columns">Numbers a vector.</param>
    public static void Accumulate(float* sum, float* weights, float* vectors, long stride, int count, int columns)
    {
        var i = 0;
        for (; i <= columns - Lanes; i += Lanes)
        {
            var lanes = Vector256.Load(sum + i);
            var vector = vectors + i;
            for (var j = 0; j < count; j++, vector += stride)
            {
                lanes = Vector256.FusedMultiplyAdd(Vector256.Create(weights[j]), Vector256.Load(vector), lanes);
            }

            lanes.Store(sum + i);
        }

        for (; i < columns; i++)
        {
            for (var j = 0; j < count; j++)
            {
                sum[i] = MathF.FusedMultiplyAdd(weights[j], vectors[(j * stride) + i], sum[i]);
            }
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

        return Folded(sums);
    }

    // Four dot products at once: one by itself waits for each of its sums.
    private static void Dots(float* a, float* b, long stride, int columns, int count, float* dots)
    {
        var j = 0;
        for (; columns % Lanes == 0 && j + 4 <= count; j += 4, b += 4 * stride)
        {
            var (s0, s1, s2, s3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var i = 0; i < columns; i += Lanes)
            {
                var left = Vector256.Load(a + i);
                var right = b + i;
                s0 = Vector256.FusedMultiplyAdd(left, Vector256.Load(right), s0);
                s1 = Vector256.FusedMultiplyAdd(left, Vector256.Load(right + stride), s1);
                s2 = Vector256.FusedMultiplyAdd(left, Vector256.Load(right + (2 * stride)), s2);
                s3 = Vector256.FusedMultiplyAdd(left, Vector256.Load(right + (3 * stride)), s3);
            }

            (dots[j], dots[j + 1], dots[j + 2], dots[j + 3]) = (Folded(s0), Folded(s1), Folded(s2), Folded(s3));
        }

        for (; j < count; j++, b += stride)
        {
            dots[j] = Dot(a, b, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Folded(Vector256<float> sums)
    {
        var half = sums.GetLower() + sums.GetUpper();
        return (half.GetElement(0) + half.GetElement(2)) + (half.GetElement(1) + half.GetElement(3));
    }
}
