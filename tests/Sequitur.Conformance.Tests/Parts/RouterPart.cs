using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>Routing of each layer that has experts: the router's outputs, the experts that are chosen (here in ascending order), and their final weights in that order.</summary>
internal sealed class RouterPart() : Part("router")
{
    public override bool Reads(string tensor) => tensor.StartsWith("router_", StringComparison.Ordinal);

    public override void Check(CaseModel model, Comparison comparison)
    {
        var graph = model.Trace();
        var (cells, expected) = (model.Tokens(), model.Expected);
        var layers = expected.Numbered("router_logits.").Select(r => r.Index).ToArray();
        foreach (var values in Executors.Run(graph, model.Inputs(graph), [.. layers.SelectMany(i => (string[])[Value(i), Value(i, "_experts"), Value(i, "_weights")])]))
        {
            foreach (var layer in layers)
            {
                comparison.Compare(values.Executor, cells.Pick(expected.Floats($"router_logits.{layer}")), values.Floats(Value(layer)));
                var weights = expected.Floats($"router_weights.{layer}");
                var chosen = cells.Pick(expected.Integers($"router_experts.{layer}"), weights.Width(2));
                var (experts, shares) = Ascending(values.Integers(Value(layer, "_experts")), values.Floats(Value(layer, "_weights")), weights.Width(2));
                comparison.Demand(experts.SequenceEqual(chosen), $"router_experts.{layer} ({values.Executor}): {string.Join(' ', experts)} for {string.Join(' ', chosen)}");
                comparison.Compare(values.Executor, cells.Pick(weights), shares);
            }
        }
    }

    private static string Value(int layer, string what = "") => $"layers.{layer}.router{what}";

    private static (int[] Experts, float[] Shares) Ascending(int[] experts, float[] shares, int perToken)
    {
        for (var first = 0; first < experts.Length; first += perToken)
        {
            Array.Sort(experts, shares, first, perToken);
        }

        return (experts, shares);
    }
}
