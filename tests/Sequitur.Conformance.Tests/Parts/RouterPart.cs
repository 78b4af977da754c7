using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>Routing: the router's outputs, the experts that it chooses and their weights.</summary>
internal sealed class RouterPart() : Part("router")
{
    public override bool Reads(string tensor) => tensor.StartsWith("router_", StringComparison.Ordinal);

    public override void Check(CaseModel model, Comparison comparison) => throw new NotImplementedException();
}
