using System.Text.Json;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.SafeTensors;

/// <summary>
/// The tensors of a safetensors checkpoint: one file, or the shards that <c>model.safetensors.index.json</c> lists
/// (its <c>weight_map</c> says which file holds which tensor; tensors that it does not list are not there).
/// </summary>
public sealed class SafeTensorsWeightSource : WeightSource
{
    /// <summary>The name of the file of a checkpoint in one piece.</summary>
    public const string SingleName = "model.safetensors";

    /// <summary>The name of the file that lists shards.</summary>
    public const string IndexName = "model.safetensors.index.json";

    private const string Extension = ".safetensors";
    private const int MaxFiles = 4096;
    private const long MaxIndexBytes = 64 << 20;

    private readonly List<SafeTensorsFile> _files = [];
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    private SafeTensorsWeightSource(string path) => Description = path;

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>The files that hold the tensors.</summary>
    public IReadOnlyList<SafeTensorsFile> Files => _files;

    /// <summary>
    /// Opens a safetensors file, an index, or the checkpoint of a directory: <see cref="SingleName"/>, else what
    /// <see cref="IndexName"/> lists, else the only safetensors file there.
    /// </summary>
    /// <exception cref="SequiturException">There is no such file or directory, or it cannot be read.</exception>
    /// <exception cref="InvalidModelException">A file is damaged, or the index contradicts the shards.</exception>
    public static SafeTensorsWeightSource Open(string fileOrDirectory)
    {
        var path = Directory.Exists(fileOrDirectory) ? Choose(fileOrDirectory) : fileOrDirectory;
        var source = new SafeTensorsWeightSource(path);
        try
        {
            if (path.EndsWith(".json", StringComparison.Ordinal))
            {
                source.AddShards(path);
            }
            else
            {
                source.AddFile(path);
            }

            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override StoredTensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override void RequireUnchanged() => _files.ForEach(file => file.RequireUnchanged());

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _files.ForEach(file => file.Dispose());
        }
    }

    private static string Choose(string directory)
    {
        foreach (var name in (string[])[SingleName, IndexName])
        {
            if (File.Exists(Path.Combine(directory, name)))
            {
                return Path.Combine(directory, name);
            }
        }

        var files = FilesIn(directory);
        return files.Length switch
        {
            1 => files[0],
            0 when File.Exists(Path.Combine(directory, "pytorch_model.bin")) || File.Exists(Path.Combine(directory, "pytorch_model.bin.index.json"))
                => throw new SequiturException($"the directory has its weights as PyTorch pickles only, which can run code: convert them to safetensors: {directory}"),
            0 => throw new SequiturException($"the directory has no {SingleName}: {directory}"),
            _ => throw new SequiturException($"the directory has {files.Length} safetensors files and no {IndexName}: name one of them: {directory}"),
        };
    }

    private static string[] FilesIn(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, "*" + Extension);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SequiturException($"the directory cannot be read: {directory}: {problem.Message}", problem);
        }
    }

    private void AddFile(string path)
    {
        var file = SafeTensorsFile.Open(path);
        _files.Add(file);
        foreach (var tensor in file.Tensors)
        {
            _tensors.Add(tensor.Name, tensor);
        }
    }

    private void AddShards(string index)
    {
        var shards = new Dictionary<string, SafeTensorsFile>(StringComparer.Ordinal);
        using var document = JsonFiles.Read(index, MaxIndexBytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidModelException($"{index}: the object weight_map is missing");
        }

        foreach (var entry in map.EnumerateObject())
        {
            var name = JsonFiles.Text(() => entry.Name, index);
            var file = entry.Value.ValueKind == JsonValueKind.String ? JsonFiles.Text(() => entry.Value.GetString()!, index) : "";
            if (!shards.TryGetValue(file, out var shard))
            {
                shard = OpenShard(index, name, file, shards.Count);
                shards.Add(file, shard);
            }

            var tensor = shard.Find(name) ?? throw new InvalidModelException($"{index}: tensor {Quoting.Quote(name)} is not in {Quoting.Quote(file)}: download the shards again");
            if (!_tensors.TryAdd(name, tensor))
            {
                throw new InvalidModelException($"{index}: tensor {Quoting.Quote(name)} stands there twice");
            }
        }
    }

    private SafeTensorsFile OpenShard(string index, string tensor, string name, int count)
    {
        // only a plain name: an index must not lead out of its directory
        if (name.Length <= Extension.Length || !name.EndsWith(Extension, StringComparison.Ordinal) || name.AsSpan().IndexOfAny("/\\:\0") >= 0 || count == MaxFiles)
        {
            throw new InvalidModelException($"{index}: tensor {Quoting.Quote(tensor)} must be in a {Extension} file of the same directory (at most {MaxFiles}), and not in {Quoting.Quote(name)}");
        }

        var path = Path.Combine(Path.GetDirectoryName(index) ?? "", name);
        if (!File.Exists(path))
        {
            throw new InvalidModelException($"{index}: the shard {Quoting.Quote(name)} is missing: download it");
        }

        var file = SafeTensorsFile.Open(path);
        _files.Add(file);
        return file;
    }
}
