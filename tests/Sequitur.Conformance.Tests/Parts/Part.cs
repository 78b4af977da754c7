using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>One kind of expectation that cases may have; each is a test of its own.</summary>
/// <param name="name">What it is called in tests, canaries and the table.</param>
internal abstract class Part(string name)
{
    /// <summary>All parts, in the order in which a table lists them.</summary>
    public static IReadOnlyList<Part> All { get; } =
    [
        new LogitsPart("logits", ""), new HiddenStatesPart("hidden_states", "hidden_states.", "", "last_hidden_state"),
        new HiddenStatesPart("encoder_states", "encoder_hidden_states.", "encoder.", "encoder_last_hidden_state"),
        new HiddenStatesPart("decoder_states", "decoder_hidden_states.", "decoder.", "decoder_last_hidden_state"),
        new PoolerPart(), new AttentionsPart("attentions", "attentions.", "layers.{0}.attn_heads"),
        new AttentionsPart("cross_attentions", "cross_attentions.", "decoder.layers.{0}.cross_heads"), new RouterPart(),
        new LogitsPart("pad_right", "pad_right."), new LogitsPart("pad_left", "pad_left."), new GenerationPart(), new LossPart(), new GradientsPart(),
    ];

    /// <summary>What it is called in tests, canaries and the table.</summary>
    public string Name => name;

    /// <summary>Whether it may be missing for a family, as long as no canary asks for it: then a <see cref="NotSupportedException"/> skips it.</summary>
    public virtual bool MayBeMissing => false;

    /// <summary>Whether a tensor of a case belongs to this part.</summary>
    public abstract bool Reads(string tensor);

    /// <summary>Whether a case has the part.</summary>
    public virtual bool IsIn(ExpectedTensors expected) => expected.Names.Any(Reads);

    /// <summary>Computes it, and compares it with what the reference computed.</summary>
    public abstract void Check(CaseModel model, Comparison comparison);
}
