namespace Sequitur.Engine.Sampling;

/// <summary>Registers a sampler under the name that users write.</summary>
/// <param name="name">The name.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SamplerAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>Where it stands in the default order, by ascending number; 0 if it has no place there.</summary>
    public int Place { get; init; }
}

/// <summary>One step between logits and the next token: it changes logits or removes candidates. One file each.</summary>
/// <remarks>What a sampler learns while a sequence grows belongs to that sequence: see <see cref="ForSequence"/>. All else never changes, so one sampler may serve many requests.</remarks>
public abstract class Sampler
{
    /// <summary>The name that it is registered under.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it removes tokens because they are likely or unlikely, not because they are forbidden.</summary>
    public virtual bool Truncates => false;

    /// <summary>Applies it to what earlier samplers left. Allocates nothing.</summary>
    public abstract void Apply(Candidates candidates, in SamplingStep step);

    /// <summary>Tells what the draw gave.</summary>
    /// <param name="probability">The probability of the token that was drawn, among those that were left.</param>
    public virtual void Chosen(double probability)
    {
    }

    /// <summary>The sampler that one sequence uses: itself where nothing is learned, else a new one.</summary>
    /// <param name="capacity">Tokens that the sequence may come to have.</param>
    public virtual Sampler ForSequence(int capacity) => this;

    /// <summary>The sampler with what it was given as text turned into tokens.</summary>
    /// <exception cref="UsageException">The text cannot be used with this vocabulary.</exception>
    public virtual Sampler Bind(Tokenizers.ByteLevelBpe tokenizer) => this;

    /// <summary>Refuses what does not fit a model.</summary>
    /// <param name="vocabulary">The number of its logits.</param>
    /// <exception cref="UsageException">It names a token that the model has not, or was not bound.</exception>
    public virtual void CheckModel(int vocabulary)
    {
    }

    /// <summary>Refuses company in which it makes no sense.</summary>
    /// <exception cref="UsageException">The chain, which holds this sampler, is impossible.</exception>
    public virtual void CheckChain(IReadOnlyList<Sampler> chain)
    {
    }

    /// <summary>As <see cref="SamplerChain.Parse"/> reads it.</summary>
    public sealed override string ToString()
    {
        var text = new StepText(Name);
        Describe(text);
        return text.ToString();
    }

    /// <summary>Writes its parameters, in the order in which it declares them.</summary>
    protected virtual void Describe(StepText text)
    {
    }
}

/// <summary>How a sampler is made of what a user writes.</summary>
public interface ISamplerParser
{
    /// <summary>What can be said of it; the first is what stands behind <c>name=</c>.</summary>
    static abstract IReadOnlyList<SamplerParameter> Parameters { get; }

    /// <summary>Makes the sampler; null if it would have no effect.</summary>
    /// <exception cref="UsageException">The values are impossible.</exception>
    static abstract Sampler? Create(SamplerArguments arguments);
}
