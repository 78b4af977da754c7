using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>
/// The residual stream: the input of the first layer, then what each layer leaves, the last after the final norm where there is one. A family's list may lack the embedding; its case says so.
/// </summary>
/// <param name="name">The part's name.</param>
/// <param name="prefix">The tensors' names before the number.</param>
/// <param name="stack">What the stack's values are called before their names.</param>
/// <param name="last">The tensor that repeats the last state.</param>
internal sealed class HiddenStatesPart(string name, string prefix, string stack, string last) : Part(name)
{
    public override bool Reads(string tensor) => tensor == last || (tensor.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(tensor.AsSpan(prefix.Length), out _));

    public override void Check(CaseModel model, Comparison comparison)
    {
        var graph = model.Trace();
        var states = model.Expected.Numbered(prefix).ToArray();
        var withoutEmbedding = model.Case.Description.TryGetObject("hidden_states", out var about)
            && about.GetString("first", "").StartsWith("output of the first block", StringComparison.Ordinal);
        var final = graph.Named.ContainsKey($"{stack}final_norm");
        var pairs = states.Select(state => (Tensor: state.Name, Value: state.Index == states.Length - 1 && final ? $"{stack}final_norm"
            : withoutEmbedding ? $"{stack}layers.{state.Index}.l_out"
            : state.Index == 0 ? $"{stack}embed"
            : $"{stack}layers.{state.Index - 1}.l_out")).ToList();
        if (model.Expected.Has(last))
        {
            pairs.Add((last, final || pairs.Count == 0 ? $"{stack}final_norm" : pairs[^1].Value));
        }

        var cells = stack == "encoder." ? model.Source() : model.Tokens();
        foreach (var values in Executors.Run(graph, model.Inputs(graph), [.. pairs.Select(p => p.Value).Distinct()]))
        {
            foreach (var (tensor, value) in pairs)
            {
                comparison.Compare(values.Executor, cells.Pick(model.Expected.Floats(tensor)), values.Floats(value));
            }
        }
    }
}
