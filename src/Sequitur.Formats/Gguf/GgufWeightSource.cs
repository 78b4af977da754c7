using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Gguf;

/// <summary>
/// The tensors of a GGUF model: of one file, or of the files of a split model (<c>name-00001-of-00003.gguf</c>, described by the
/// keys <c>split.no</c>, <c>split.count</c> and <c>split.tensors.count</c>), which is opened by its first file. Tensors of a big-endian
/// file are copied into memory with the bytes of their numbers reversed when they are first asked for; all others stay in the file.
/// </summary>
public sealed partial class GgufWeightSource : WeightSource
{
    private const int MaxFiles = 4096;

    private readonly List<GgufFile> _files = [];
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly Dictionary<string, GgmlType> _bigEndian = new(StringComparer.Ordinal);
    private readonly List<NativeBuffer> _copies = [];

    private GgufWeightSource(GgufFile first) => Add(first);

    /// <summary>The file, or the first file of a split model: it holds the metadata.</summary>
    public GgufFile File => _files[0];

    /// <summary>All files of the model, in their order.</summary>
    public IReadOnlyList<GgufFile> Files => _files;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => _names;

    /// <inheritdoc/>
    public override string Description => File.Path;

    /// <summary>Opens a model.</summary>
    /// <exception cref="SequiturException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidModelException">A file is damaged, or the files of a split model are not all there and of one model.</exception>
    /// <exception cref="UnsupportedModelException">The file is of an unknown version.</exception>
    public static GgufWeightSource Open(string path)
    {
        var file = GgufFile.Open(path);
        GgufWeightSource? source = null;
        try
        {
            source = new(file);
            source.OpenOthers();
            return source;
        }
        catch
        {
            file.Dispose();
            source?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override StoredTensor? Find(string name)
    {
        lock (_copies)
        {
            if (_bigEndian.Remove(name, out var type))
            {
                _tensors[name] = Reversed(_tensors[name], type);
            }

            return _tensors.GetValueOrDefault(name);
        }
    }

    /// <inheritdoc/>
    public override void RequireUnchanged() => _files.ForEach(file => file.RequireUnchanged());

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _copies.ForEach(copy => copy.Dispose());
            _files.ForEach(file => file.Dispose());
        }
    }

    [GeneratedRegex("-([0-9]{5})-of-([0-9]{5})\\.gguf$", RegexOptions.CultureInvariant)]
    private static partial Regex SplitName();

    private void OpenOthers()
    {
        var first = File;
        if (!first.Metadata.TryGetUInt32("split.count", out var count) || count <= 1)
        {
            return;
        }

        var number = first.Metadata.GetUInt32("split.no");
        if (number != 0)
        {
            throw new InvalidModelException($"{first.Path}: this is file {number + 1} of a model in {count} files: open the first");
        }

        var match = SplitName().Match(first.Path);
        if (!match.Success || count > MaxFiles || match.Groups[2].Value != count.ToString("D5", CultureInfo.InvariantCulture))
        {
            throw new InvalidModelException($"{first.Path}: the first file of {count} must be named …-00001-of-{count:D5}.gguf, so that the others are found");
        }

        for (var i = 1; i < count; i++)
        {
            OpenOther($"{first.Path[..match.Index]}-{i + 1:D5}-of-{count:D5}.gguf", i, count);
        }

        if (first.Metadata.TryGetInt32("split.tensors.count", out var tensors) && tensors != _names.Count)
        {
            throw new InvalidModelException($"{first.Path}: the model claims {tensors} tensors, and its {count} files hold {_names.Count}: download them again");
        }
    }

    private void OpenOther(string path, int number, uint count)
    {
        if (!System.IO.File.Exists(path))
        {
            throw new InvalidModelException($"file {number + 1} of {count} of the model is missing: {path}");
        }

        var file = GgufFile.Open(path);
        try
        {
            Add(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        if (file.Metadata.GetUInt32("split.no") != number || file.Metadata.GetUInt32("split.count") != count)
        {
            throw new InvalidModelException($"{path}: this should be file {number + 1} of {count}, and says that it is file "
                + $"{(long)file.Metadata.GetUInt32("split.no") + 1} of {file.Metadata.GetUInt32("split.count")}: download it again");
        }
    }

    private void Add(GgufFile file)
    {
        _files.Add(file);
        foreach (var tensor in file.Tensors)
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidModelException($"{file.Path}: tensor {Quoting.Quote(tensor.Name)} stands in another file of the model too");
            }

            _names.Add(tensor.Name);
            if (file.IsBigEndian && GgmlType.Find(tensor.Format) is { } type && ByteOrder.Matters(type))
            {
                _bigEndian.Add(tensor.Name, type);
            }
        }
    }

    private StoredTensor Reversed(StoredTensor stored, GgmlType type)
    {
        var copy = new NativeBuffer(stored.Data.Bytes, zeroed: false);
        _copies.Add(copy);
        ByteOrder.Reverse(stored.Data, copy.Region, type);
        return stored with { Planes = [new(Plane.DataName, copy.Region)] };
    }
}
