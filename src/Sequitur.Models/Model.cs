using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>A named entry into a model, with inputs of its own: decoders have one, T5 has an encoding and a decoding one.</summary>
/// <param name="Name">The phase's name.</param>
/// <param name="Rows">The ragged dimension that its rows belong to.</param>
public sealed record Phase(string Name, string Rows)
{
    /// <summary>The only phase of a decoder or encoder.</summary>
    public static Phase Main { get; } = new("main", "tokens");
}

/// <summary>What a family promises about equal bits; tests read the declaration.</summary>
/// <param name="Chunked">A prompt in chunks gives the bits of the whole prompt.</param>
/// <param name="Batched">A sequence in a batch gives the bits that it gives alone.</param>
/// <param name="Cached">With a float32 cache a sequence gives the bits that it gives without.</param>
public sealed record Equalities(bool Chunked, bool Batched, bool Cached)
{
    /// <summary>All of them.</summary>
    public static Equalities All { get; } = new(true, true, true);

    /// <summary>Of an encoder: no cache, so only batches.</summary>
    public static Equalities Encoder { get; } = new(false, true, false);
}

/// <summary>
/// A family's definition. <see cref="Forward"/> runs on symbolic tensors, once per phase; inference, training and the inspector read the graph that it writes.
/// It says what is computed; in what format, with which cache, on how many threads is decided elsewhere.
/// </summary>
public abstract class Model
{
    /// <summary>Every weight, each once.</summary>
    public required IReadOnlyList<Parameter> Parameters { get; init; }

    /// <summary>Entries of the vocabulary: numbers a row of logits.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The longest sequence that the model was made for.</summary>
    public abstract int MaxPositions { get; }

    /// <summary>The most positions that a sequence can have at all: the rows of a table of learned positions; null where any number can be computed.</summary>
    public virtual int? PositionLimit => null;

    /// <summary>The entries.</summary>
    public virtual IReadOnlyList<Phase> Phases => [Phase.Main];

    /// <summary>What the layers keep of the past: any number a layer.</summary>
    public virtual IReadOnlyList<CacheSlot> Caches => [];

    /// <summary>The sets of rotary frequencies.</summary>
    public virtual IReadOnlyList<RopeSet> RopeSets => [];

    /// <summary>What is promised about equal bits.</summary>
    public virtual Equalities Equalities => Equalities.All;

    /// <summary>Writes the computation down. Inputs and outputs are named and ragged; nothing is padded.</summary>
    public abstract Outputs Forward(Inputs inputs, ForwardContext context);

    /// <summary>The graph of a phase, with the outputs that the phase names.</summary>
    /// <param name="phase">Which; the first by default.</param>
    /// <param name="scope">Where to write; a new graph by default. Phases in one graph hand on what they store (training).</param>
    public (Graph Graph, Outputs Outputs) Trace(Phase? phase = null, ForwardContext? scope = null)
    {
        phase ??= Phases[0];
        var context = (scope ?? new ForwardContext(new Graph())).For(phase);
        var outputs = Forward(new Inputs(context), context);
        foreach (var (name, tensor) in outputs)
        {
            context.Graph.Output(name, tensor);
        }

        return (context.Graph, outputs);
    }
}

/// <summary>A decoder that predicts the next token: ids <c>[tokens]</c> → logits <c>[outputs, vocabulary]</c>.</summary>
public abstract class CausalLanguageModel : Model;
