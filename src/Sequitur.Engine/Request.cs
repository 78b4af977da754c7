using Sequitur.Engine.Sampling;
using Sequitur.Tensors.Execution;

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

    /// <summary>Strings that end the generation; the token that completes one is its last.</summary>
    public StopText? StopText { get; init; }

    /// <summary>The adapter that the sequence runs with, −1 for none. Reserved: others are refused.</summary>
    public int Adapter { get; init; } = -1;

    /// <summary>Changes to the model's graph for this request, in order; none cost nothing.</summary>
    public IReadOnlyList<GraphRewrite> Rewrites { get; init; } = [];

    /// <summary>
    /// Names of inner values to copy out (<see cref="Generation.Captured"/>); <c>*</c> stands for any part of a name. They are the very numbers that chose the tokens; none cost nothing.
    /// </summary>
    public IReadOnlyList<string> Capture { get; init; } = [];

    /// <summary>Whether to copy each step's logits out (<see cref="Generation.Logits"/>).</summary>
    public bool KeepLogits { get; init; }

    /// <summary>Whether to note what each sampler does (<see cref="Generation.Reports"/>).</summary>
    public bool KeepReports { get; init; }

    /// <summary>Whether tokens may be drafted ahead, where the engine does that (<see cref="EngineOptions.Speculation"/>). The result is the same.</summary>
    public bool Speculates { get; init; } = true;

    /// <summary>Where the sequence waits for others before it goes on; null for nowhere.</summary>
    internal Gate? Gate { get; init; }

    /// <summary>Refuses what the engine cannot do yet.</summary>
    /// <exception cref="NotSupportedException">An adapter is asked for.</exception>
    internal void RefuseReserved()
    {
        if (Adapter != -1)
        {
            throw new NotSupportedException("requests with adapters are not supported yet: they come with fine-tuning");
        }
    }
}

/// <summary>A position at which sequences wait until it is opened, so that what comes behind it begins for all at once and can be timed.</summary>
/// <param name="position">Tokens that are let through.</param>
internal sealed class Gate(int position)
{
    public int Position => position;

    public bool IsOpen { get; set; }
}

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>A stop token came, or a stop string was complete; <see cref="Generation.StopToken"/> and <see cref="Generation.StopString"/> say which.</summary>
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
