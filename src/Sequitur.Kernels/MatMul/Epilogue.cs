using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>What a product does with a finished sum: y = (sum + bias) + residual, plain additions in this order.</summary>
internal readonly unsafe struct Epilogue(Operand bias, Operand residual)
{
    public float Apply(float sum, long row, long output)
    {
        sum = bias.IsNone ? sum : sum + bias.Floats(0)[output];
        return residual.IsNone ? sum : sum + residual.Floats(row)[output];
    }

    /// <summary>Finishes <paramref name="count"/> outputs of one row from <paramref name="output"/>; y may be the residual.</summary>
    public void Store(Tier tier, float* sums, float* y, long row, long output, int count)
    {
        if (count < PanelRows.Count)
        {
            for (var i = 0; i < count; i++)
            {
                y[i] = Apply(sums[i], row, output + i);
            }

            return;
        }

        var biases = bias.IsNone ? null : bias.Floats(0) + output;
        var residuals = residual.IsNone ? null : residual.Floats(row) + output;
        switch (tier)
        {
            case Tier.V512: Store<Sixteen>(sums, biases, residuals, y); break;
            case Tier.V256: Store<Eight>(sums, biases, residuals, y); break;
            case Tier.V128: Store<Four>(sums, biases, residuals, y); break;
            default: Store<One>(sums, biases, residuals, y); break;
        }
    }

    private static void Store<V>(float* sums, float* biases, float* residuals, float* y)
        where V : struct, ILanes<V>
    {
        for (var i = 0; i < PanelRows.Count; i += V.Count)
        {
            var sum = V.Load(sums + i);
            sum = biases is null ? sum : sum + V.Load(biases + i);
            V.Store(y + i, residuals is null ? sum : sum + V.Load(residuals + i));
        }
    }
}
