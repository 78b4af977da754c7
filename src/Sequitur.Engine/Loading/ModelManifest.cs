using System.Text.Json;

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
                ? Parse(File.ReadAllBytes(path))
                : throw new InvalidModelException($"{path} is no valid manifest: it has more than {MaxBytes} bytes");
            return manifest.Temperature is null or (>= 0 and <= float.MaxValue)
                ? manifest
                : throw new InvalidModelException($"temperature in {path} is {manifest.Temperature}, and must be a finite number from 0");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidModelException($"{path} is no valid manifest: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SequiturException($"{path} cannot be read: {error.Message}", error);
        }
    }

    // By hand: a deserializer costs a start more than these five values do (decision 14).
    private static ModelManifest Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var manifest = new ModelManifest();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            manifest = property.Name switch
            {
                "name" => manifest with { Name = value.GetString() },
                "system" => manifest with { System = value.GetString() },
                "temperature" => manifest with { Temperature = value.ValueKind == JsonValueKind.Null ? null : value.GetSingle() },
                "license" => manifest with { License = value.GetString() },
                "sha256" => manifest with { Sha256 = value.GetString() },
                _ => throw new JsonException($"the key '{property.Name}' has no meaning"),
            };
        }

        return manifest;
    }
}
