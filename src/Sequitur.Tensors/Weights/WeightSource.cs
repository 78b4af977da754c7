namespace Sequitur.Tensors.Weights;

/// <summary>
/// Where the stored tensors of a checkpoint come from: a GGUF file, safetensors shards, memory. Names are the checkpoint's own
/// strings. A source keeps the memory of its tensors alive until it is disposed.
/// </summary>
public abstract class WeightSource : IDisposable
{
    /// <summary>The names of all tensors, in the order of the source.</summary>
    public abstract IReadOnlyCollection<string> Names { get; }

    /// <summary>What this is, for messages: the path, or a word.</summary>
    public abstract string Description { get; }

    /// <summary>The tensor of that name, or null where the source has none.</summary>
    public abstract StoredTensor? Find(string name);

    /// <summary>Finds out whether a file behind the tensors was changed since it was opened; memory never is.</summary>
    /// <exception cref="SequiturException">It was; the message names it.</exception>
    public virtual void RequireUnchanged()
    {
    }

    /// <summary>Gives back the memory of the tensors, which must not be used any more.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what the source holds.</summary>
    /// <param name="disposing">Whether other objects may still be touched (false in a finalizer).</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
