using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Attention as its contract says, one query head at a time.</summary>
internal static unsafe class AttentionReference
{
    public static long ScratchBytes(AttentionShape shape) =>
        sizeof(float) * ((long)AttentionShape.Span + shape.KeyDim + (2L * shape.ValueDim));

    public static void Run(AttentionBinding binding, long first, long end, int keyHead, Region scratch)
    {
        var shape = binding.Shape;
        for (var row = first; row < end; row++)
        {
            for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
            {
                Query(binding, row, head, keyHead, (float*)scratch.Address);
            }
        }
    }

    private static void Query(AttentionBinding binding, long row, int head, int keyHead, float* scratch)
    {
        var shape = binding.Shape;
        var sequence = binding.Queries.SequenceOf(row);
        var position = binding.Queries.PositionOf(row);
        var (low, high) = shape.Visible(position, binding.Keys.Keys(sequence, binding.Counting));
        var scores = scratch;
        var spanResult = scores + AttentionShape.Span;
        var vector = spanResult + shape.ValueDim;
        var result = binding.Output.Floats(row) + ((long)head * shape.ValueDim);
        new Span<float>(result, shape.ValueDim).Clear();
        var (max, sum) = (float.NegativeInfinity, 0f);
        for (var span = low / AttentionShape.Span * AttentionShape.Span; span < high; span += AttentionShape.Span)
        {
            var from = (int)(Math.Max(low, span) - span);
            var to = (int)(Math.Min(high, span + AttentionShape.Span) - span);
            Scores(binding, row, head, keyHead, span, from, to, scores, vector);
            var (spanMax, spanSum) = Softmax(scores, from, to);
            Values(binding, sequence, keyHead, span, from, to, scores, spanResult, vector);
            if (span <= low)
            {
                (max, sum) = (spanMax, spanSum);
                new ReadOnlySpan<float>(spanResult, shape.ValueDim).CopyTo(new(result, shape.ValueDim));
                continue;
            }

            var merged = MathF.Max(max, spanMax);
            var (a, b) = (Functions.Exp<One>(new(max - merged)).Value, Functions.Exp<One>(new(spanMax - merged)).Value);
            max = merged;
            sum = MathF.FusedMultiplyAdd(sum, a, spanSum * b);
            for (var d = 0; d < shape.ValueDim; d++)
            {
                result[d] = MathF.FusedMultiplyAdd(result[d], a, spanResult[d] * b);
            }
        }

        for (var d = 0; d < shape.ValueDim && low < high; d++)
        {
            result[d] /= sum;
        }

        if (!binding.LogSumExp.IsNone)
        {
            binding.LogSumExp.Floats(row)[head] = low < high ? max + Functions.Log<One>(new(sum)).Value : float.NegativeInfinity;
        }
    }

    private static void Scores(AttentionBinding binding, long row, int head, int keyHead, long span, int from, int to, float* scores, float* key)
    {
        var shape = binding.Shape;
        var sequence = binding.Queries.SequenceOf(row);
        var query = binding.Query.Floats(row) + ((long)head * shape.KeyDim);
        for (var j = from; j < to; j++)
        {
            binding.Keys.CopyKey(shape, sequence, span + j, keyHead, key);
            var score = 0f;
            for (var d = 0; d < shape.KeyDim; d++)
            {
                score = MathF.FusedMultiplyAdd(query[d], key[d], score);
            }

            scores[j] = score * shape.Scale;
        }

        foreach (var term in shape.Terms)
        {
            term.Apply<One>(scores, from, to, new(span, binding.Queries.PositionOf(row), head));
        }
    }

    private static (float Max, float Sum) Softmax(float* scores, int from, int to)
    {
        var max = float.NegativeInfinity;
        for (var j = from; j < to; j++)
        {
            max = MathF.Max(max, scores[j]);
        }

        Span<float> sums = stackalloc float[16];
        sums.Clear();
        for (var j = from; j < to; j++)
        {
            scores[j] = Functions.Exp<One>(new(scores[j] - max)).Value;
            sums[j % 16] += scores[j];
        }

        for (var half = 8; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
            {
                sums[i] += sums[i + half];
            }
        }

        return (max, sums[0]);
    }

    private static void Values(
        AttentionBinding binding, long sequence, int keyHead, long span, int from, int to, float* weights, float* result, float* value)
    {
        var shape = binding.Shape;
        new Span<float>(result, shape.ValueDim).Clear();
        for (var j = from; j < to; j++)
        {
            binding.Keys.CopyValue(shape, sequence, span + j, keyHead, value);
            for (var d = 0; d < shape.ValueDim; d++)
            {
                result[d] = MathF.FusedMultiplyAdd(weights[j], value[d], result[d]);
            }
        }
    }
}
