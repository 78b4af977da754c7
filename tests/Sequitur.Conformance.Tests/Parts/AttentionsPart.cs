using System.Globalization;
using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>Attention weights, recomputed from the queries and keys of a run: no run stores them.</summary>
/// <param name="name">The part's name.</param>
/// <param name="prefix">The tensors' names before the layer.</param>
/// <param name="result">The name of the attention's result; <c>{0}</c> stands for the layer.</param>
internal sealed class AttentionsPart(string name, string prefix, string result) : Part(name)
{
    public override bool Reads(string tensor) => tensor.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(tensor.AsSpan(prefix.Length), out _);

    public override void Check(CaseModel model, Comparison comparison)
    {
        var graph = model.Trace();
        var run = Interpreter.Run(graph, model.Inputs(graph));
        foreach (var (layer, tensor) in model.Expected.Numbered(prefix))
        {
            var expected = model.Tokens().PickWeights(model.Expected.Floats(tensor), model.Source());
            comparison.Compare("interpreter", expected, AttentionQuery.Weights(run, string.Format(CultureInfo.InvariantCulture, result, layer)));
        }
    }
}
