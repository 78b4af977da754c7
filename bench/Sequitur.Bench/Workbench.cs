using System.Diagnostics;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Quantization;
using Sequitur.Quantization.Random;
using Sequitur.Quantization.Sources;

namespace Sequitur.Bench;

/// <summary>What figures are measured with: the repository, the model that ships with it, and a watch.</summary>
internal sealed class Workbench : IDisposable
{
    /// <summary>Pairs without which a comparison says little.</summary>
    public const int LeastPairs = 10;

    private TextModel? _model;
    private PublishedProgram? _published;

    /// <summary>The repository's folder.</summary>
    public string Root { get; } = FindRoot();

    /// <summary>Pairs of runs where two engines are compared.</summary>
    public int Pairs { get; init; } = 5;

    /// <summary>Pairs where an interval is judged: never below <see cref="LeastPairs"/>.</summary>
    public int EnoughPairs => Math.Max(Pairs, LeastPairs);

    /// <summary>The rows that are asked for.</summary>
    public RowFilter Only { get; init; } = new();

    /// <summary>Where it says what takes minutes.</summary>
    public TextWriter Progress { get; init; } = TextWriter.Null;

    /// <summary>Numbers of threads to measure with: one, and two where the machine has them.</summary>
    public IReadOnlyList<int> ThreadCounts { get; } = Environment.ProcessorCount > 1 ? [1, 2] : [1];

    /// <summary>Path of the model that ships with the program.</summary>
    public string ModelPath => Path.Combine(Root, "models", "SmolLM2-135M-Instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");

    /// <summary>The shipped model in a format: its own file, or one that is converted from it once and kept in the bench's cache.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public string ModelIn(string format)
    {
        if (Path.GetFileNameWithoutExtension(ModelPath).EndsWith($".{format}", StringComparison.Ordinal))
        {
            return ModelPath;
        }

        var path = Path.Combine(CacheFolder.Path, "models", $"SmolLM2-135M-Instruct.{format}.gguf");
        if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) < File.GetLastWriteTimeUtc(typeof(Conversion).Assembly.Location))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var source = ConversionSource.Open(ModelPath);
            new Conversion(source, TargetFormats.Find(format)).Write(path, Environment.ProcessorCount);
        }

        return path;
    }

    /// <summary>A model of the shape of Llama 3.2 1B with random weights, made in a format once, which takes minutes, and kept in the bench's cache: speed does not depend on what the weights are.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public string LargeModelIn(string format)
    {
        const string Shape = "llama-3.2-1b";
        var path = Path.Combine(CacheFolder.Path, "models", $"random-{Shape}.{format}.gguf");
        if (!File.Exists(path))
        {
            Progress.WriteLine($"making {path}: a random {Shape} in {format}, once; this takes minutes …");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var source = RandomModel.Create(ModelShape.Presets[Shape], seed: 1);
            var bytes = new Conversion(source, TargetFormats.Find(format)).Write(path, Environment.ProcessorCount);
            Progress.WriteLine($"made it: {Numbers.Format(bytes / 1e6)} MB");
        }

        return path;
    }

    /// <summary>Folder of the reference data.</summary>
    public string Conformance =>
        Environment.GetEnvironmentVariable("SEQUITUR_CONFORMANCE") is { Length: > 0 } folder ? folder : Path.Combine(Root, "tests", "conformance");

    /// <summary>The model, opened at its first use.</summary>
    public TextModel Model => _model ??= TextModel.Load(ModelPath);

    /// <summary>The program, published at its first use.</summary>
    public PublishedProgram Published => _published ??= new(Root);

    /// <summary>An engine over the model.</summary>
    public InferenceEngine Engine(int threads) => new(Model.Loaded.Model, new EngineOptions { Threads = threads });

    /// <summary>Milliseconds that something takes.</summary>
    public static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Token ids that look random and are always the same.</summary>
    public int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => 100 + (i * 7919 % 20_000))];

    /// <inheritdoc/>
    public void Dispose()
    {
        _model?.Dispose();
        _published?.Dispose();
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sequitur.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new UsageException($"no Sequitur.slnx in or above {AppContext.BaseDirectory}: run it from the repository");
    }
}
