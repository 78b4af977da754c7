using Sequitur.Engine.Sampling;

namespace Sequitur.Engine;

/// <summary>What the engine is asked to do. The result depends on it alone, never on what else runs.</summary>
public sealed record Request
{
    /// <summary>The prompt's token ids.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>The most tokens to generate.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How the next token is chosen.</summary>
    public SamplerChain Samplers { get; init; } = SamplerChain.Greedy;

    /// <summary>The seed of all random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>Tokens that end the generation (and are not part of the text).</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Whether to copy each step's logits out (<see cref="Generation.Logits"/>).</summary>
    public bool KeepLogits { get; init; }
}

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>A stop token came.</summary>
    Stop,

    /// <summary>The most tokens asked for were generated.</summary>
    MaxTokens,

    /// <summary>The context is full.</summary>
    ContextLimit,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>The engine failed; see <see cref="Generation.Error"/>.</summary>
    Failed,
}
