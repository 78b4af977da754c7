using Sequitur.Engine;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>
/// Gradients of a token's log-probability with respect to the embedding rows of the prompt, in float32: how a small change of each would move the answer. Learned positions are held fixed.
/// </summary>
public sealed class EmbeddingGradients
{
    private const string Rows = "embedding_rows";
    private const string GradientName = "embedding_gradient";
    private const string Loss = "cross_entropy";
    private const string Labels = "labels";

    private readonly InferenceEngine _engine;
    private readonly IReadOnlyList<int> _ids;
    private readonly int _token;
    private readonly Plan _plan;
    private readonly float[] _rows;
    private readonly int _width;
    private readonly int _most;

    /// <summary>Builds the backward graph.</summary>
    /// <param name="engine">Whose model it is; nothing may run in it meanwhile.</param>
    /// <param name="ids">The prompt.</param>
    /// <param name="token">The token whose log-probability behind the prompt is looked at.</param>
    /// <param name="rewrites">Changes of the model.</param>
    /// <param name="prompts">Prompts that go through at once.</param>
    /// <exception cref="NotSupportedException">An operation of the family has no gradient rule; the message names it.</exception>
    /// <exception cref="CapacityException">The buffers need more memory than the machine has.</exception>
    public EmbeddingGradients(InferenceEngine engine, IReadOnlyList<int> ids, int token, IReadOnlyList<GraphRewrite>? rewrites = null, int prompts = 1)
    {
        (_engine, _ids, _token, _most) = (engine, ids, token, prompts);
        var source = (rewrites ?? []).Aggregate(engine.Graph, (changed, rewrite) => rewrite.Apply(changed));
        var lookup = source.Nodes.First(node => node.Op is Embedding && node.Inputs[0].Node.Op is InputValue { InputName: "ids" });
        _width = lookup.Outputs[0].Shape.Columns;
        _rows = Table(lookup, ids);
        var graph = GraphCopy.Part(source, new Dictionary<string, Tensor> { [Rows] = lookup.Outputs[0] }, [Names.Logits]);
        var losses = graph.Outputs[Names.Logits].CrossEntropy(graph.IntegerInput(Labels, new Shape(Inputs.OutputRowsDimension)));
        var gradient = Gradient.Append(graph, losses.SumRows(new Shape(1, 1)), [graph.Inputs[Rows]])[graph.Inputs[Rows]];
        graph.Output(Loss, losses);
        graph.Output(GradientName, gradient);
        _plan = Plan.Build(Lowering.Lower(graph, NumericChoices.Float32), engine.PlanOptions with
        {
            Capacity = new Dictionary<string, long> { ["tokens"] = (long)ids.Count * prompts, [Ragged.Sequences] = prompts, [Inputs.OutputRowsDimension] = prompts },
            Caches = null,
            Keep = [],
        });
    }

    /// <summary>(∂ log p / ∂ eⱼ) · eⱼ for each token j of the prompt, <c>[tokens]</c>; eⱼ is its embedding row.</summary>
    public double[] TimesInput()
    {
        Run([1]);
        return Products(_plan.Floats(GradientName), 0);
    }

    /// <summary>
    /// Integrated gradients (Sundararajan et al. 2017, arXiv:1703.01365) from embeddings that are all zero: eⱼ · mean over steps of ∂ log p / ∂ eⱼ at aₖ · e, aₖ = (k + ½) / steps.
    /// </summary>
    /// <param name="steps">Steps.</param>
    /// <returns>The attribution of each token <c>[tokens]</c>, and what it should add up to: the log-probability less that with all embeddings zero.</returns>
    public (double[] Attributions, double Difference) Integrated(int steps)
    {
        var result = new double[_ids.Count];
        foreach (var chunk in Enumerable.Range(0, steps).Select(k => (k + 0.5f) / steps).Chunk(_most))
        {
            Run(chunk);
            var gradients = _plan.Floats(GradientName);
            for (var prompt = 0; prompt < chunk.Length; prompt++)
            {
                foreach (var (j, product) in Products(gradients, prompt).Index())
                {
                    result[j] += product / steps;
                }
            }
        }

        return (result, LogProbability(1) - LogProbability(0));
    }

    private double LogProbability(float scale)
    {
        Run([scale]);
        return -_plan.Floats(Loss)[0];
    }

    // The loss is −log p, so signs turn.
    private double[] Products(float[] gradients, int prompt)
    {
        var result = new double[_ids.Count];
        for (var i = 0; i < _rows.Length; i++)
        {
            result[i / _width] -= (double)gradients[(prompt * _rows.Length) + i] * _rows[i];
        }

        return result;
    }

    private void Run(float[] scales)
    {
        var (count, prompts) = (_ids.Count, scales.Length);
        int[] all = [.. Enumerable.Range(0, prompts)];
        var inputs = new RunInputs().Size("tokens", count * prompts).Size(Ragged.Sequences, prompts).Size(Inputs.OutputRowsDimension, prompts)
            .Set(Rows, [.. scales.SelectMany(scale => _rows.Select(number => number * scale))])
            .Set(Labels, [.. all.Select(_ => _token)])
            .Set("output_rows", [.. all.Select(i => ((i + 1) * count) - 1)])
            .Set("tokens.sequence", [.. all.SelectMany(i => Enumerable.Repeat(i, count))])
            .Set("tokens.position", [.. all.SelectMany(_ => Enumerable.Range(0, count))])
            .Set("tokens.first", [.. all.Select(i => i * count)])
            .Set("tokens.count", [.. all.Select(_ => count)])
            .Set("tokens.length", [.. all.Select(_ => count)]);
        foreach (var set in _engine.Model.RopeSets)
        {
            // A sequence of the engine has room for the token that is chosen.
            var (frequencies, scale) = set.At(Math.Min(_engine.Context, count + 1));
            inputs.Set($"rope.{set.Name}", [.. all.SelectMany(_ => frequencies)]).Set($"rope.{set.Name}.scale", [.. all.Select(_ => scale)]);
        }

        _plan.Run(inputs);
    }

    private static float[] Table(Node lookup, IReadOnlyList<int> ids)
    {
        var weight = ((ParameterValue)lookup.Inputs[1].Node.Op).Parameter.Weight;
        var rows = new float[ids.Count * weight.Columns];
        for (var i = 0; i < ids.Count; i++)
        {
            weight.DecodeRow(ids[i], rows.AsSpan(i * weight.Columns, weight.Columns));
        }

        return rows;
    }
}
