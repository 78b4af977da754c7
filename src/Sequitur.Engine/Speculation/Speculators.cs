using Sequitur.Engine.KvCache;
using Sequitur.Models;

namespace Sequitur.Engine.Speculation;

/// <summary>The speculation of an engine: what its sequences share, and which of them have it.</summary>
/// <param name="options">How tokens are drafted.</param>
/// <param name="model">The model that runs.</param>
/// <param name="context">Positions that a sequence may have.</param>
internal sealed class Speculators(SpeculationOptions options, Model model, int context)
{
    private readonly bool _keepsPast = SequenceCache.KeepsPast(model.Caches.Select(slot => slot.Group));

    /// <summary>What runs cost.</summary>
    public PassCosts Costs { get; } = new(1 + options.MostDrafted);

    /// <summary>The speculation of a sequence; null, with the reason in the generation, where it must not be.</summary>
    public Speculator? Of(Generation generation)
    {
        var request = generation.Request;
        generation.WhyNoSpeculation =
            !request.Speculates ? "the request wants none"
            : request.Rewrites.Count + request.Capture.Count > 0 ? "the request changes the model or looks into it"
            : !_keepsPast ? "the model keeps states or windows, from which no token can be taken back"
            : null;
        generation.Speculation = generation.WhyNoSpeculation is null ? new SpeculationCounts() : null;
        return generation.WhyNoSpeculation is null ? new Speculator(options, context, model.VocabularySize, Costs) : null;
    }
}
