using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>The pooled state of each sequence.</summary>
internal sealed class PoolerPart() : Part("pooler_output")
{
    private const string Tensor = "pooler_output";

    public override bool Reads(string tensor) => tensor == Tensor;

    public override void Check(CaseModel model, Comparison comparison)
    {
        var graph = model.Trace();
        foreach (var values in Executors.Run(graph, model.Inputs(graph), ["pooled"]))
        {
            comparison.Compare(values.Executor, model.Expected.Floats(Tensor), values.Floats("pooled"));
        }
    }
}
