namespace Sequitur.Quantization.Random;

/// <summary>The sizes of a model of GGUF's <c>llama</c> architecture.</summary>
public sealed record ModelShape
{
    private const int Largest = 1 << 24;

    /// <summary>Published shapes, for models that are timed in their place.</summary>
    public static IReadOnlyDictionary<string, ModelShape> Presets { get; } = new Dictionary<string, ModelShape>
    {
        ["smollm2-135m"] = new() { Layers = 30, Width = 576, Heads = 9, KeyValueHeads = 3, FeedForward = 1536, Vocabulary = 49152, Context = 8192, RopeBase = 100_000, Tied = true },
        ["smollm2-360m"] = new() { Layers = 32, Width = 960, Heads = 15, KeyValueHeads = 5, FeedForward = 2560, Vocabulary = 49152, Context = 8192, RopeBase = 100_000, Tied = true },
        ["smollm2-1.7b"] = new() { Layers = 24, Width = 2048, Heads = 32, KeyValueHeads = 32, FeedForward = 8192, Vocabulary = 49152, Context = 8192, RopeBase = 130_000, Tied = true },
        ["llama-3.2-1b"] = new() { Layers = 16, Width = 2048, Heads = 32, KeyValueHeads = 8, FeedForward = 8192, Vocabulary = 128256, Context = 131072, RopeBase = 500_000, Tied = true },
        ["llama-3.2-3b"] = new() { Layers = 28, Width = 3072, Heads = 24, KeyValueHeads = 8, FeedForward = 8192, Vocabulary = 128256, Context = 131072, RopeBase = 500_000, Tied = true },
        ["llama-3.1-8b"] = new() { Layers = 32, Width = 4096, Heads = 32, KeyValueHeads = 8, FeedForward = 14336, Vocabulary = 128256, Context = 131072, RopeBase = 500_000 },
    };

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Width { get; init; }

    /// <summary>Query heads; the width is shared out among them.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of the feed-forward part, of each expert if there are any.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Entries of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The context that the model claims.</summary>
    public int Context { get; init; } = 4096;

    /// <summary>The base of the rotary frequencies.</summary>
    public float RopeBase { get; init; } = 10_000;

    /// <summary>Whether the head is the embedding table.</summary>
    public bool Tied { get; init; }

    /// <summary>Experts a layer; 0 for a dense feed-forward part.</summary>
    public int Experts { get; init; }

    /// <summary>Experts that a token visits.</summary>
    public int ExpertsUsed { get; init; }

    /// <summary>Numbers a head.</summary>
    public int HeadDim => Width / Heads;

    /// <summary>The shape, if its sizes fit one another.</summary>
    /// <exception cref="UsageException">They do not; the message names the sizes.</exception>
    public ModelShape Checked()
    {
        foreach (var (name, size) in ((string, int)[])[("layers", Layers), ("width", Width), ("heads", Heads), ("kv-heads", KeyValueHeads), ("feed-forward", FeedForward), ("vocab", Vocabulary), ("context", Context)])
        {
            Require(size is >= 1 and <= Largest, $"--{name} must be a whole number from 1 to {Largest}, not {size}");
        }

        Require(Layers <= ushort.MaxValue, $"--layers must be at most {ushort.MaxValue}, not {Layers}");
        Require(Width % Heads == 0 && HeadDim % 2 == 0, $"--width {Width} must be an even multiple of --heads {Heads}");
        Require(Heads % KeyValueHeads == 0, $"--heads {Heads} must be a multiple of --kv-heads {KeyValueHeads}");
        Require(Experts is >= 0 and <= ushort.MaxValue && ExpertsUsed >= 0, $"--experts must be from 1 to {ushort.MaxValue}, not {Experts}");
        Require(Experts == 0 ? ExpertsUsed == 0 : ExpertsUsed >= 1 && ExpertsUsed <= Experts, $"--experts-used must be from 1 to --experts {Experts}, not {ExpertsUsed}");
        return this;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new UsageException(message);
        }
    }
}
