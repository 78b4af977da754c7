using System.Text.Json;
using System.Text.Json.Nodes;
using Sequitur.Formats.HuggingFace;
using Sequitur.Formats.SafeTensors;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Tests;

/// <summary>A case of the conformance data: a tiny model, and what its reference implementation computes.</summary>
internal sealed class ReferenceCase : IDisposable
{
    private readonly SafeTensorsWeightSource _weights;
    private readonly SafeTensorsWeightSource _expected;
    private readonly JsonElement _case;

    private ReferenceCase(string folder, (string Key, JsonNode? Value)[] changes)
    {
        _weights = SafeTensorsWeightSource.Open(folder);
        _expected = SafeTensorsWeightSource.Open(Path.Combine(folder, "expected.safetensors"));
        _case = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json"))).RootElement;
        var keys = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, HuggingFaceConfig.FileName)))!.AsObject();
        foreach (var (key, value) in changes)
        {
            keys[key] = value;
        }

        var config = HuggingFaceConfig.Parse(JsonSerializer.SerializeToUtf8Bytes(keys), folder);
        Model = ArchitectureRegistry.Find(config).Create(config, new WeightScope(new CheckpointWeights(_weights)));
    }

    public Model Model { get; }

    /// <summary>Opens the case of a path under <c>models</c>, perhaps with other keys in its configuration; skips the test where the data is not there.</summary>
    public static ReferenceCase Open(string path, params (string Key, JsonNode? Value)[] changes)
    {
        var root = Environment.GetEnvironmentVariable("SEQUITUR_CONFORMANCE") is { Length: > 0 } folder ? folder : Path.Combine(Repository(), "tests", "conformance");
        var directory = Path.Combine(root, "models", path);
        Assert.SkipUnless(Directory.Exists(directory), $"there is no conformance case {path}");
        return new ReferenceCase(directory, changes);
    }

    public bool Has(string name) => _expected.Find(name) is not null;

    public float[] Floats(string name) => Find(name, "F32").Data.AsSpan<float>().ToArray();

    /// <summary>A tensor of integers, by rows.</summary>
    public int[][] Rows(string name)
    {
        var tensor = Find(name, "I64");
        var width = (int)tensor.Shape[^1];
        return [.. tensor.Data.AsSpan<long>().ToArray().Select(id => checked((int)id)).Chunk(width)];
    }

    /// <summary>Compares with a tensor of the case by the case's own tolerance.</summary>
    public void ShouldMatch(float[] actual, string name) => ShouldMatch(actual, Floats(name), name);

    /// <summary>Compares by the tolerance that the case states for a tensor.</summary>
    public void ShouldMatch(float[] actual, float[] expected, string name)
    {
        actual.Length.ShouldBe(expected.Length, name);
        var allowed = Allowed(name, expected.Max(Math.Abs));
        for (var i = 0; i < actual.Length; i++)
        {
            Math.Abs((double)actual[i] - expected[i]).ShouldBeLessThanOrEqualTo(allowed, $"{name}[{i}]: {actual[i]}, expected {expected[i]}");
        }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _expected.Dispose();
    }

    // Decoders state a relative bound for a group of tensors, encoder-decoders an absolute one for a pattern of names.
    private double Allowed(string name, double largest)
    {
        var group = name.Split('.')[0];
        var tolerances = _case.GetProperty("tolerance");
        if (tolerances.TryGetProperty(group, out var tolerance) || tolerances.TryGetProperty($"{group}.*", out tolerance) || tolerances.TryGetProperty(group.Split('_')[0], out tolerance))
        {
            return tolerance.TryGetProperty("atol", out var absolute)
                ? absolute.GetDouble()
                : tolerance.GetProperty("rel").GetDouble() * Math.Max(largest, tolerance.GetProperty("floor").GetDouble());
        }

        throw new KeyNotFoundException($"the case has no tolerance for {name}");
    }

    private StoredTensor Find(string name, string format)
    {
        var tensor = _expected.Find(name) ?? throw new KeyNotFoundException($"the case has no tensor {name}");
        tensor.Format.ShouldBe(format);
        return tensor;
    }

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Sequitur.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException("the tests are not inside the repository");
    }
}
