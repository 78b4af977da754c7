namespace Sequitur.Tensors.Caches;

/// <summary>How long a cache keeps what is written: slots that keep equally long share their pages.</summary>
/// <param name="Name">The group's name: <c>full</c>, <c>window</c>, <c>recurrent</c>, <c>cross</c>.</param>
/// <param name="Kind">What is kept.</param>
/// <param name="Window">Of a window: how many positions are kept.</param>
/// <param name="Rows">The ragged dimension whose rows are cached.</param>
public sealed record CacheGroup(string Name, Retention Kind, int Window = 0, string Rows = "tokens")
{
    /// <summary>Every position, as long as the sequence lives.</summary>
    public static CacheGroup Full { get; } = new("full", Retention.Full);

    /// <summary>One state a sequence, replaced by every token.</summary>
    public static CacheGroup Recurrent { get; } = new("recurrent", Retention.Recurrent);

    /// <summary>The encoder's positions, written once.</summary>
    public static CacheGroup Cross { get; } = new("cross", Retention.Cross, Rows: "source_tokens");

    /// <summary>The last <paramref name="window"/> positions.</summary>
    public static CacheGroup Windowed(int window) => new($"window{window}", Retention.Window, window);
}

/// <summary>What a cache group keeps.</summary>
public enum Retention
{
    /// <summary>All positions.</summary>
    Full,

    /// <summary>The last positions only.</summary>
    Window,

    /// <summary>One state.</summary>
    Recurrent,

    /// <summary>The source positions of an encoder-decoder.</summary>
    Cross,
}

/// <summary>
/// What one layer keeps of the past: keys and values (<c>[positions, key_heads, key_dim]</c> and <c>[positions, key_heads, value_dim]</c>), a latent whose beginning serves as value, or a recurrent state of some numbers.
/// A model declares any number a layer.
/// </summary>
/// <param name="Name">Unique in the model: <c>layers.3.attn</c>.</param>
/// <param name="Group">How long it is kept.</param>
/// <param name="KeyHeads">Heads of keys and values.</param>
/// <param name="KeyDim">Numbers a key.</param>
/// <param name="ValueDim">Numbers a value.</param>
/// <param name="ValuesInKeys">Whether the value is the first part of the key (multi-head latent attention).</param>
/// <param name="StateSize">Numbers of a recurrent state; 0 otherwise.</param>
public sealed record CacheSlot(string Name, CacheGroup Group, int KeyHeads, int KeyDim, int ValueDim, bool ValuesInKeys = false, int StateSize = 0)
{
    /// <summary>A recurrent state of <paramref name="size"/> float32 numbers.</summary>
    public static CacheSlot State(string name, int size) => new(name, CacheGroup.Recurrent, 0, 0, 0, StateSize: size);
}
