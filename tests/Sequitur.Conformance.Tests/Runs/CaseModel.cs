using Sequitur.Conformance.Tests.Cases;
using Sequitur.Formats.SafeTensors;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Conformance.Tests.Runs;

/// <summary>The model of a case, opened, with what was expected of it.</summary>
internal sealed class CaseModel : IDisposable
{
    private const string Labels = "labels";

    private readonly SafeTensorsWeightSource _weights;

    private CaseModel(ModelCase given, SafeTensorsWeightSource weights, Model model)
    {
        Case = given;
        _weights = weights;
        Model = model;
        Expected = given.Open();
    }

    /// <summary>The case.</summary>
    public ModelCase Case { get; }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>Inputs and outputs of the reference.</summary>
    public ExpectedTensors Expected { get; }

    /// <summary>Whether an encoder feeds a decoder: then two kinds of ids are given.</summary>
    public bool HasTwoStacks => Expected.Has("decoder_input_ids");

    /// <summary>Opens the model of a case.</summary>
    /// <exception cref="UnsupportedModelException">No architecture reads it, or its configuration has an option that is not supported.</exception>
    public static CaseModel Open(ModelCase given)
    {
        var config = given.Config;
        var architecture = ArchitectureRegistry.Find(config);
        var weights = SafeTensorsWeightSource.Open(given.Folder);
        try
        {
            return new(given, weights, architecture.Create(config, new WeightScope(new ReadableWeights(weights))));
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The model's graph: all its phases, one after the other.</summary>
    public Graph Trace()
    {
        var context = new ForwardContext(new Graph());
        foreach (var phase in Model.Phases)
        {
            Model.Trace(phase, context);
        }

        return context.Graph;
    }

    /// <summary>The graph with the mean cross-entropy of its logits, named <c>loss</c>.</summary>
    public Graph TraceLoss()
    {
        var graph = Trace();
        var logits = graph.Outputs[Outputs.Logits];
        var labels = graph.IntegerInput(Labels, new Shape(logits.Shape.Rows));
        graph.Output("loss", logits.MeanCrossEntropy(labels, graph.NumberInput("label_count", new Shape(1, 1))));
        return graph;
    }

    /// <summary>Where the real tokens of the rows that give logits are; inputs of another batch than the main one have a prefix.</summary>
    public Cells Tokens(string prefix = "") => HasTwoStacks
        ? Cells.Of(Expected, $"{prefix}decoder_input_ids", $"{prefix}decoder_attention_mask")
        : Source(prefix);

    /// <summary>Where the real tokens of an encoder, or of the only stack, are.</summary>
    public Cells Source(string prefix = "") => Cells.Of(Expected, $"{prefix}input_ids", $"{prefix}attention_mask");

    /// <summary>All that the graph reads, unpadded.</summary>
    public RunInputs Inputs(Graph graph, string prefix = "")
    {
        var (tokens, source) = (Tokens(prefix), Source(prefix));
        var inputs = new RunInputs().Rows("tokens", tokens.Counts).AllOutputs(tokens.Count).Rope(Model.RopeSets, tokens.Counts);
        if (HasTwoStacks)
        {
            inputs.Rows("source_tokens", source.Counts)
                .Set("ids", tokens.Pick(Expected.Integers($"{prefix}decoder_input_ids")))
                .Set("source_ids", source.Pick(Expected.Integers($"{prefix}input_ids")));
        }
        else
        {
            inputs.Set("ids", tokens.Pick(Expected.Integers($"{prefix}input_ids")));
        }

        // Further integers by row have the reference's names (token_type_ids); where it was given none, it took zeros.
        foreach (var (name, tensor) in graph.Inputs.Where(i => i.Value.Shape.Rows.Symbol is "tokens" or "source_tokens" && !inputs.Values.ContainsKey(i.Key) && i.Key != Labels))
        {
            var cells = tensor.Shape.Rows.Symbol == "tokens" ? tokens : source;
            inputs.Set(name, Expected.Has(prefix + name) ? cells.Pick(Expected.Integers(prefix + name)) : new int[cells.Count]);
        }

        return inputs;
    }

    /// <summary>The inputs of <see cref="TraceLoss"/>.</summary>
    public RunInputs LossInputs(Graph graph)
    {
        var labels = Expected.Integers(Labels);
        labels = Expected.Shape(Labels).Count == 2 ? Tokens().Pick(labels) : labels;
        return Inputs(graph).Set(Labels, labels).Set("label_count", [(float)labels.Count(label => label >= 0)]);
    }

    public void Dispose()
    {
        Expected.Dispose();
        _weights.Dispose();
    }

    /// <summary>A checkpoint that must be readable: only an architecture or an option of the configuration may be unsupported.</summary>
    private sealed class ReadableWeights(WeightSource source) : WeightProvider
    {
        private readonly CheckpointWeights _inner = new(source);

        public override bool Contains(string name) => _inner.Contains(name);

        public override Parameter Get(WeightRequest request)
        {
            try
            {
                return _inner.Get(request);
            }
            catch (UnsupportedModelException problem)
            {
                throw new InvalidModelException(problem.Message, problem);
            }
        }
    }
}
