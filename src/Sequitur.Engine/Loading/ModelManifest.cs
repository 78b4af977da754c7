using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sequitur.Engine.Loading;

/// <summary>
/// What we say of a model that we ship, in <c>manifest.json</c> beside its file: defaults that suit it. A model without one keeps its template's own system message and the engine's defaults.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The model's name.</summary>
    public string? Name { get; init; }

    /// <summary>The system message where the user gives none.</summary>
    public string? System { get; init; }

    /// <summary>The sampling temperature where the user gives none; 0 is greedy decoding.</summary>
    public float? Temperature { get; init; }

    /// <summary>The licence, as an SPDX identifier.</summary>
    public string? License { get; init; }

    /// <summary>SHA-256 of the model's file, in hexadecimal.</summary>
    public string? Sha256 { get; init; }

    private const long MaxBytes = 1 << 20;

    /// <summary>Reads the manifest beside a model, if there is one.</summary>
    /// <exception cref="InvalidModelException">It is no valid JSON of this shape, or a value is impossible.</exception>
    /// <exception cref="SequiturException">It cannot be read.</exception>
    public static ModelManifest Find(string modelPath)
    {
        var directory = Directory.Exists(modelPath) ? modelPath : Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return new ModelManifest();
        }

        try
        {
            var manifest = new FileInfo(path).Length <= MaxBytes
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ManifestJson.Default.ModelManifest) ?? new ModelManifest()
                : throw new InvalidModelException($"{path} is no valid manifest: it has more than {MaxBytes} bytes");
            return manifest.Temperature is null or (>= 0 and <= float.MaxValue)
                ? manifest
                : throw new InvalidModelException($"temperature in {path} is {manifest.Temperature}, and must be a finite number from 0");
        }
        catch (JsonException error)
        {
            throw new InvalidModelException($"{path} is no valid manifest: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SequiturException($"{path} cannot be read: {error.Message}", error);
        }
    }
}

/// <summary>Reads manifests without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
