using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

/// <summary>Attention as the textbook writes it, in float64, with the mask tested key by key.</summary>
internal static class PlainAttention
{
    public static (double[] Output, double[] LogSumExp) Of(AttentionCase data, double cap = 0, Func<int, int, double>? bias = null, Func<int, int, bool>? sees = null)
    {
        var shape = data.Shape;
        var (output, lse) = (new List<double>(), new List<double>());
        for (var s = 0; s < data.Batch.Counts.Length; s++)
        {
            for (var i = 0; i < data.Batch.Counts[s]; i++)
            {
                for (var head = 0; head < shape.Heads; head++)
                {
                    Query(data, s, i, head, cap, bias, sees, output, lse);
                }
            }
        }

        return ([.. output], [.. lse]);
    }

    private static void Query(AttentionCase data, int sequence, int i, int head, double cap, Func<int, int, double>? bias, Func<int, int, bool>? sees, List<double> output, List<double> lse)
    {
        var shape = data.Shape;
        var keyHead = head / (shape.Heads / shape.KeyHeads);
        var start = data.Batch.First[sequence];
        var query = Row<float>(data.Q, start + i).Slice(head * shape.KeyDim, shape.KeyDim);
        var (sum, values) = (0.0, new double[shape.ValueDim]);
        for (var j = 0; j < data.Batch.Counts[sequence]; j++)
        {
            if ((shape.Causal && j > i) || (shape.Window > 0 && Math.Abs(i - j) >= shape.Window) || sees?.Invoke(i, j) == false)
            {
                continue;
            }

            var key = Row<float>(data.K, start + j).Slice(keyHead * shape.KeyDim, shape.KeyDim);
            var score = 0.0;
            for (var d = 0; d < shape.KeyDim; d++)
            {
                score += (double)query[d] * key[d];
            }

            score *= shape.Scale;
            score = cap > 0 ? cap * Math.Tanh(score / cap) : score;
            var weight = Math.Exp(score + (bias?.Invoke(j - i, head) ?? 0));
            sum += weight;
            for (var d = 0; d < shape.ValueDim; d++)
            {
                values[d] += weight * Row<float>(data.V, start + j)[(keyHead * shape.ValueDim) + d];
            }
        }

        output.AddRange(values.Select(value => value / sum));
        lse.Add(Math.Log(sum));
    }
}
