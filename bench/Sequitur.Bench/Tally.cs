namespace Sequitur.Bench;

/// <summary>How far the distributions behind the tokens of some texts are from those of another run of the same model.</summary>
internal sealed class Tally
{
    /// <summary>Tokens with a distribution behind them.</summary>
    public int Positions { get; private set; }

    /// <summary>Tokens that a distribution was to predict: all but the first of each text.</summary>
    public int Predicted { get; private set; }

    /// <summary>Positions at which the most probable token is the same.</summary>
    public int Agreeing { get; private set; }

    /// <summary>The sum of the Kullback-Leibler divergences, in nats.</summary>
    public double Divergence { get; private set; }

    /// <summary>The sum of −log p of the tokens that came, as the exact run has it.</summary>
    public double Surprise { get; private set; }

    /// <summary>The same of the other run.</summary>
    public double OtherSurprise { get; private set; }

    /// <summary>Runs both on a text. (One of 700 tokens has logits of 140 MB; so a text at a time.)</summary>
    public void Add(PromptLogits exact, PromptLogits other, int[] ids)
    {
        var expected = new float[ids.Length][];
        exact.Read(ids, (position, logits) => expected[position] = logits.ToArray());
        other.Read(ids, (position, logits) =>
        {
            var (right, sumRight, sum) = (expected[position], Distribution.LogSumExp(expected[position]), Distribution.LogSumExp(logits));
            Positions++;
            Divergence += Distribution.Divergence(right, sumRight, logits, sum);
            Agreeing += Distribution.Best(right) == Distribution.Best(logits) ? 1 : 0;
            if (position + 1 < ids.Length)
            {
                Predicted++;
                Surprise += sumRight - right[ids[position + 1]];
                OtherSurprise += sum - logits[ids[position + 1]];
            }
        });
    }

    /// <summary>Adds positions and agreement of other texts.</summary>
    public void Add(Tally other)
    {
        Positions += other.Positions;
        Agreeing += other.Agreeing;
    }
}
