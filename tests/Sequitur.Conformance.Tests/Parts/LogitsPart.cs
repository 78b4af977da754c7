using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Models;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>The logits of a batch: of every real token, or of every sequence. What the reference gives at padding is no matter.</summary>
internal sealed class LogitsPart(string name, string prefix) : Part(name)
{
    public override bool Reads(string tensor) => tensor == $"{prefix}logits";

    public override void Check(CaseModel model, Comparison comparison)
    {
        var graph = model.Trace();
        var expected = model.Expected.Floats($"{prefix}logits");
        expected = expected.Shape.Count == 3 ? model.Tokens(prefix).Pick(expected) : expected;
        foreach (var values in Executors.Run(graph, model.Inputs(graph, prefix), [Outputs.Logits]))
        {
            comparison.Compare(values.Executor, expected, values.Floats(Outputs.Logits));
        }
    }
}
