using System.Text.Json.Serialization;
using Sequitur.Engine;

namespace Sequitur.Cli.State;

/// <summary>What is kept of a run: as much as is needed to compute all of it again.</summary>
internal sealed record LastRun
{
    /// <summary>The name of the schema.</summary>
    public const string SchemaName = "sequitur.last-run";

    /// <summary>The version that is written and read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Its version.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Where the model is.</summary>
    public string Model { get; init; } = "";

    /// <summary>Bytes of its file, and when it was written: another model at the same place shows.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>The prompt.</summary>
    public int[] Prompt { get; init; } = [];

    /// <summary>The answer, the stop token not included.</summary>
    public int[] Answer { get; init; } = [];

    /// <summary>The token that ended the answer.</summary>
    public int? StopToken { get; init; }

    /// <summary>The samplers, as a chain's text.</summary>
    public string Samplers { get; init; } = "";

    /// <summary>The seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether activations stayed float32.</summary>
    public bool Float32 { get; init; }

    /// <summary>The format asked for keys and values, as a word; null for the default.</summary>
    public string? Cache { get; init; }

    /// <summary>The context asked for; null for the model's.</summary>
    public int? Context { get; init; }

    /// <summary>Whether weights were read where the file has them.</summary>
    public bool LowMemory { get; init; }

    /// <summary>Changes of the model, with their verbs: <c>ablate 3.5</c>.</summary>
    public string[] Changes { get; init; } = [];

    /// <summary>Whether nothing is missing that a run has.</summary>
    [JsonIgnore]
    public bool IsWhole => Model is { Length: > 0 } && Fingerprint is not null && Context is null or > 0
        && Prompt is { Length: > 0 } && Answer is not null && Prompt.Concat(Answer).All(id => id >= 0) && StopToken is null or >= 0
        && (Cache is null || CacheFormats.Words.Contains(Cache)) && Samplers is not null && Changes is not null && Changes.All(change => change is not null);

    /// <summary>A run, to be kept.</summary>
    /// <param name="model">The model as it was named.</param>
    /// <param name="options">How it ran.</param>
    /// <param name="generation">What came out.</param>
    /// <param name="changes">Changes of the model.</param>
    public static LastRun Of(string model, EngineOptions options, Generation generation, IReadOnlyList<string> changes) => new()
    {
        Model = Path.GetFullPath(model),
        Fingerprint = FingerprintOf(model),
        Prompt = [.. generation.Request.Ids],
        Answer = generation.Tokens.ToArray(),
        StopToken = generation.StopToken,
        Samplers = generation.Request.Samplers.ToString(),
        Seed = generation.Request.Seed,
        Float32 = options.Float32,
        Cache = CacheFormats.WordOf(options.CacheFormat),
        Context = options.Context,
        LowMemory = options.LowMemory,
        Changes = [.. changes],
    };

    /// <summary>What a model's files look like from outside.</summary>
    public static string FingerprintOf(string model)
    {
        IEnumerable<string> files = Directory.Exists(model) ? Directory.EnumerateFiles(model).Order(StringComparer.Ordinal) : [model];
        return string.Join(';', files.Select(file => new FileInfo(file)).Where(file => file.Exists).Select(file => $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}"));
    }
}

/// <summary>How a run is kept, without reflection.</summary>
[JsonSerializable(typeof(LastRun))]
internal sealed partial class LastRunJson : JsonSerializerContext;
