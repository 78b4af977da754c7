using Sequitur.Engine.Tests;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight.Tests;

/// <summary>The real model, with float32 and with integer activations and a cache of F16.</summary>
public sealed class SmolLmTests
{
    // "The capital of France is"
    private static readonly int[] Prompt = [504, 3575, 282, 4649, 314];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LookInside_OfAShortPrompt_AgreesWithItsOwnNumbers(bool float32)
    {
        using var engine = Runs.Engine(SmolLm.Model, float32);
        var recording = Runs.Record(engine, Prompt, ["*"]);
        var (last, layers) = (Prompt.Length - 1, recording.Anatomy.Layers.Count);

        new Lens(recording).Look([layers], [last], (_, _, logits) => logits.SequenceEqual(recording.Logits).ShouldBeTrue("the lens shows the run's bits"));
        var best = Distributions.Top(recording.Logits, 1)[0];

        // Integer products round the parts' sum differently than the parts.
        var attribution = new Attributor(recording).Of(best);
        Math.Abs(attribution.Remainder).ShouldBeLessThan(float32 ? 1e-3 : 0.3);
        var maps = new AttentionMaps(recording);
        foreach (var layer in (int[])[0, 15, 29])
        {
            Check(recording, layer, maps.Layer(layer), float32);
        }
    }

    // The weights times the values are the heads' results, to the last rounding.
    private static void Check(Recording recording, int layer, float[] weights, bool float32)
    {
        var attention = recording.Anatomy.Layers[layer].Attention!;
        for (var t = 0; t < recording.Tokens; t++)
        {
            for (var head = 0; head < attention.Heads; head++)
            {
                var row = weights.AsSpan(((t * attention.Heads) + head) * recording.Tokens, recording.Tokens);
                row.ToArray().Sum(weight => (double)weight).ShouldBe(1, 1e-5);
                for (var i = 0; i < attention.ValueDim; i++)
                {
                    var sum = 0.0;
                    for (var j = 0; j <= t; j++)
                    {
                        var value = recording.Row(attention.Value, j)[(attention.KeyHeadOf(head) * attention.ValueDim) + i];
                        sum += row[j] * (double)(float32 ? value : (float)(Half)value);
                    }

                    ((double)recording.Row(attention.Result, t)[(head * attention.HeadDim) + i]).ShouldBe(sum, 1e-4 * Math.Max(1, Math.Abs(sum)), $"layer {layer}, head {head}, position {t}");
                }
            }
        }

        ((Attention)attention.Node.Op).Spec.Terms.ShouldBeEmpty();
    }
}
