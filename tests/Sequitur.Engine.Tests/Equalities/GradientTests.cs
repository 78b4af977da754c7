using Sequitur.Engine.KvCache;
using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Backward graphs obey the same law: plan = interpreter, 1 thread = 2 threads, every tier, fused or not, to the bit.</summary>
public sealed class GradientTests
{
    // A sequence of each length, and a short one beside it; three rows in a hundred have no label.
    private static readonly int[] Lengths = [1, 63, 64, 65, 255, 256, 257, 513, 700];

    // The longest two on half of the models: plain loops backward take a second each.
    public static TheoryData<string, string, int> Each =>
    [
        .. new[] { ("llama", "F32"), ("gemma2", "Q8_0") }.SelectMany(m => Lengths.Select(length => (m.Item1, m.Item2, length))),
        .. new[] { ("llama-bias", "Q4_1"), ("gpt2", "F32") }.SelectMany(m => Lengths.SkipLast(2).Select(length => (m.Item1, m.Item2, length))),
    ];

    [Theory]
    [MemberData(nameof(Each))]
    public void Gradients_OfAModel_AreTheSameHoweverTheyAreComputed(string family, string weights, int length)
    {
        var model = Families.Create(family, weights);
        var (graph, names) = Backward(model);
        var inputs = Inputs(model, length);
        var oracle = Interpreter.Run(graph, inputs);
        names.Length.ShouldBeGreaterThanOrEqualTo(9);
        oracle.Floats("loss")[0].ShouldBeInRange(3, 8);

        foreach (var (processor, threads, without) in ((Processor, int, string)[])[(Processor.Detected, 1, ""), (Processor.Detected, 2, ""), (Processor.Available[^2], 2, "*")])
        {
            using var pool = new WorkPool(threads, yields: false);
            var plan = Plan.Build(graph, new PlanOptions
            {
                Capacity = graph.Symbols.ToDictionary(s => s, _ => 740L),
                Pool = pool,
                Processor = processor,
                WithoutFusions = [without],
                CountItems = true,
            });
            void Compare()
            {
                plan.Run(inputs);
                foreach (var name in names.Append("loss"))
                {
                    plan.Floats(name).ShouldBeBitwise(oracle.Floats(name), $"{name} on {threads} threads of {processor.Tier}");
                }
            }

            if (threads == 1)
            {
                Compare();
            }
            else
            {
                Sharing.RepeatUntilShared(plan, Compare);
            }
        }
    }

    // The loss and the gradients of everything that is trained: all weights, or beside quantized ones those that are float32.
    private static (Graph Graph, string[] Names) Backward(Model model)
    {
        var (graph, outputs) = model.Trace();
        var labels = graph.IntegerInput("labels", new Shape(Models.Inputs.OutputRowsDimension));
        var loss = outputs[Outputs.Logits].MeanCrossEntropy(labels, graph.NumberInput("label_count", new Shape(1, 1)));
        graph.Output("loss", loss);
        var gradients = Gradient.Append(graph, loss, model.Parameters.Where(p => p.Weight.Format.Name == "F32"));
        foreach (var (parameter, gradient) in gradients)
        {
            gradient.Shape.Columns.ShouldBe(parameter.Shape.Columns);
            graph.Output($"gradient of {parameter.Name}", gradient);
        }

        var lowered = Lowering.Lower(graph, NumericChoices.Float32);
        return (lowered, [.. gradients.Keys.Select(p => $"gradient of {p.Name}")]);
    }

    private static RunInputs Inputs(Model model, int length)
    {
        int[][] sequences = [Variant.Tokens(length), Variant.Tokens(20, 6)];
        var inputs = Batch.Inputs(new RunnerOptions(model, false, null), null, [.. sequences.Select(s => (null as SequenceCache, s))]);
        int[] labels = [.. sequences.SelectMany(s => s.Skip(1).Append(-1)).Select((id, i) => i % 33 == 7 ? -1 : id)];
        return inputs.Set("labels", labels).Set("label_count", (float[])[labels.Count(l => l >= 0)]);
    }
}
