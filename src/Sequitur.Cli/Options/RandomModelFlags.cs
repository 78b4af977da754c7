using System.CommandLine;
using Sequitur.Quantization.Random;

namespace Sequitur.Cli;

/// <summary>Options that say what shape a random model has.</summary>
internal sealed class RandomModelFlags
{
    private const int Most = 1 << 24;

    private readonly Option<bool> _random = new("--random") { Description = "Make a model of a given shape with random weights, for timing" };
    private readonly Option<string?> _shape = Flags.OneOf("--shape", $"A published shape, which the options below change: {string.Join(", ", ModelShape.Presets.Keys)}", [.. ModelShape.Presets.Keys]);
    private readonly Option<string?> _architecture = Flags.OneOf("--architecture", "The architecture of the random model", [.. RandomModel.Architectures]);
    private readonly Option<int?> _layers = Size("--layers", "Layers");
    private readonly Option<int?> _width = Size("--width", "Width of the residual stream");
    private readonly Option<int?> _heads = Size("--heads", "Query heads");
    private readonly Option<int?> _keyValueHeads = Size("--kv-heads", "Key and value heads; by default as many as query heads");
    private readonly Option<int?> _feedForward = Size("--feed-forward", "Width of the feed-forward part, of each expert if there are any");
    private readonly Option<int?> _vocabulary = Size("--vocab", "Entries of the vocabulary");
    private readonly Option<int?> _context = Size("--context", "The context that the model claims");
    private readonly Option<bool> _tied = new("--tied") { Description = "Use the embedding table as the head" };
    private readonly Option<int?> _experts = Size("--experts", "Experts a layer");
    private readonly Option<int?> _expertsUsed = Size("--experts-used", "Experts that a token visits");
    private readonly Option<ulong?> _seed = Flags.Whole("--seed", "The same seed gives the same weights; 0 by default", ulong.MinValue, ulong.MaxValue);

    // But for the seed, which a variable may set for all commands.
    private Option[] Sizes => [_shape, _architecture, _layers, _width, _heads, _keyValueHeads, _feedForward, _vocabulary, _context, _tied, _experts, _expertsUsed];

    public void AddTo(Command command)
    {
        command.Add(_random);
        command.Add(_seed);
        foreach (var option in Sizes)
        {
            command.Add(option);
        }
    }

    /// <summary>Whether a random model is asked for.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_random);

    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed) ?? 0;

    /// <summary>The shape that is asked for, or null.</summary>
    /// <exception cref="UsageException">A size is missing, or an option stands there without <c>--random</c>.</exception>
    public ModelShape? Read(ParseResult parsed)
    {
        if (!IsAsked(parsed))
        {
            return Sizes.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } stray ? throw new UsageException($"{stray.Name} goes with --random only") : null;
        }

        var preset = parsed.GetValue(_shape) is { } name ? ModelShape.Presets[name] : null;
        int Of(Option<int?> option, int? given) => parsed.GetValue(option) ?? given ?? throw new UsageException($"{option.Name} is missing: a random model needs all sizes, or a --shape");
        var shape = new ModelShape
        {
            Layers = Of(_layers, preset?.Layers),
            Width = Of(_width, preset?.Width),
            Heads = Of(_heads, preset?.Heads),
            KeyValueHeads = Of(_keyValueHeads, preset?.KeyValueHeads ?? parsed.GetValue(_heads)),
            FeedForward = Of(_feedForward, preset?.FeedForward),
            Vocabulary = Of(_vocabulary, preset?.Vocabulary),
            Tied = parsed.GetValue(_tied) || (preset?.Tied ?? false),
            Experts = parsed.GetValue(_experts) ?? 0,
            ExpertsUsed = parsed.GetValue(_expertsUsed) ?? 0,
        };
        return shape with { Context = Of(_context, preset?.Context ?? shape.Context), RopeBase = preset?.RopeBase ?? shape.RopeBase };
    }

    private static Option<int?> Size(string name, string description) => Flags.Whole(name, description, 1, Most);
}
