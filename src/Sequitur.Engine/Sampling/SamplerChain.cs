using Sequitur.Tokenizers;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Samplers in an explicit order, then the draw: one uniform number of 24 bits for each token, inverse distribution in float64 over the tokens by descending logit, ties by id.
/// A chain never changes, and one may serve many requests; <see cref="Start"/> gives what one sequence needs.
/// </summary>
public sealed class SamplerChain
{
    /// <summary>Creates a chain.</summary>
    /// <param name="samplers">The samplers, in the order in which they are applied; none: tokens are drawn by the model's own probabilities.</param>
    /// <exception cref="UsageException">They make no sense together.</exception>
    public SamplerChain(params IReadOnlyList<Sampler> samplers)
    {
        Samplers = [.. samplers];
        foreach (var sampler in Samplers)
        {
            sampler.CheckChain(Samplers);
        }
    }

    /// <summary>The samplers, in the order in which they are applied.</summary>
    public IReadOnlyList<Sampler> Samplers { get; }

    /// <summary>Greedy decoding.</summary>
    public static SamplerChain Greedy { get; } = new(new Greedy());

    /// <summary>The chain of a temperature; 0 means greedy.</summary>
    /// <exception cref="UsageException">The temperature is negative or not finite.</exception>
    public static SamplerChain OfTemperature(float temperature) => temperature == 0 ? Greedy : new(new Temperature(temperature));

    /// <summary>
    /// Reads a chain: <c>penalties(repeat=1.1,last_n=64);top_k=40;temperature=0.8</c>. Steps without effect, such as <c>top_k=0</c>, are left out.
    /// </summary>
    /// <exception cref="UsageException">The text is no chain, a sampler is unknown, or a value impossible.</exception>
    public static SamplerChain Parse(string text) => Of(new ChainText(text).Read());

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Join(';', Samplers);

    /// <summary>The chain with what it was given as text (words, breakers) turned into tokens.</summary>
    /// <exception cref="UsageException">The text cannot be used with this vocabulary.</exception>
    public SamplerChain Bind(ByteLevelBpe tokenizer) => new([.. Samplers.Select(sampler => sampler.Bind(tokenizer))]);

    /// <summary>Refuses what does not fit a model.</summary>
    /// <param name="vocabulary">The number of its logits.</param>
    /// <exception cref="UsageException">A sampler names a token that the model has not, or text that was not bound.</exception>
    public void CheckModel(int vocabulary)
    {
        foreach (var sampler in Samplers)
        {
            sampler.CheckModel(vocabulary);
        }
    }

    /// <summary>The sampling of one sequence.</summary>
    /// <param name="seed">The request's seed.</param>
    /// <param name="capacity">Tokens that the sequence may come to have.</param>
    /// <param name="reports">Whether to note what each sampler does.</param>
    public SequenceSampler Start(ulong seed, int capacity, bool reports = false) =>
        new([.. Samplers.Select(sampler => sampler.ForSequence(capacity))], seed, reports);

    internal static SamplerChain Of(IEnumerable<ChainStep> steps) => new([.. steps.Select(step => step.Sampler.Create(step.Arguments)).OfType<Sampler>()]);
}
