using System.Globalization;
using System.Text;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Quantization.Sources;

/// <summary>A model's computation as text, to tell whether two are the same: its graphs, what its attentions do, its rotary frequencies.</summary>
internal static class ModelText
{
    public static string Of(Model model)
    {
        var text = new StringBuilder();
        foreach (var phase in model.Phases)
        {
            var graph = model.Trace(phase).Graph;
            text.Append(graph.Print());
            foreach (var attention in graph.Nodes.Select(node => node.Op).OfType<Attention>())
            {
                var spec = attention.Spec;
                text.Append(CultureInfo.InvariantCulture, $"{spec.Scale:R} {spec.Causal} {spec.Window} {string.Join(' ', spec.Terms)}\n");
            }
        }

        foreach (var set in model.RopeSets)
        {
            foreach (var capacity in (long[])[1, 4L * model.MaxPositions])
            {
                var (frequencies, scale) = set.At(capacity);
                text.Append(CultureInfo.InvariantCulture, $"{set.Name} {scale:R} {string.Join(' ', frequencies.Select(f => f.ToString("R", CultureInfo.InvariantCulture)))}\n");
            }
        }

        return text.ToString();
    }
}
