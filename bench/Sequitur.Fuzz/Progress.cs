using System.IO.MemoryMappedFiles;

namespace Sequitur.Fuzz;

/// <summary>What a child process has done so far, in a file that outlives it: it may die at any input.</summary>
public sealed class Progress : IDisposable
{
    private const int Fields = 5;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens or makes the file.</summary>
    public Progress(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Fields * sizeof(long));
        _view = _file.CreateViewAccessor();
    }

    /// <summary>The number of the input that is being read.</summary>
    public long Current { get => _view.ReadInt64(0); set => _view.Write(0, value); }

    /// <summary>Inputs that were read to their end or refused.</summary>
    public long Done { get => _view.ReadInt64(8); set => _view.Write(8, value); }

    /// <summary>Inputs that were refused.</summary>
    public long Refused { get => _view.ReadInt64(16); set => _view.Write(16, value); }

    /// <summary>The most bytes that were allocated beyond the size of an input.</summary>
    public long Largest { get => _view.ReadInt64(24); set => _view.Write(24, value); }

    /// <summary>The number of that input.</summary>
    public long LargestInput { get => _view.ReadInt64(32); set => _view.Write(32, value); }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
