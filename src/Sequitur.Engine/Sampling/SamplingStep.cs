using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>What samplers may know of the token that is to come.</summary>
/// <param name="history">Prompt and answer so far: the ids of the sequence, oldest first.</param>
/// <param name="seed">The request's seed.</param>
public readonly ref struct SamplingStep(ReadOnlySpan<int> history, ulong seed)
{
    /// <summary>Prompt and answer so far: the ids of the sequence, oldest first.</summary>
    public ReadOnlySpan<int> History { get; } = history;

    /// <summary>The last tokens of the history.</summary>
    /// <param name="count">How many; −1 for all.</param>
    public ReadOnlySpan<int> Last(int count) => count < 0 || count >= History.Length ? History : History[^count..];

    /// <summary>The uniform number in [0, 1) that this token has for a purpose: a function of the seed and the token's position alone.</summary>
    public float Uniform(RandomPurpose purpose) => Philox.Uniform(seed, 0, (uint)History.Length, purpose);
}
