using Sequitur.Kernels;

namespace Sequitur.Cli.Output;

/// <summary>Standard output. When its reader has gone (<c>| head</c>), writing is over and the program ends quietly.</summary>
public sealed class ResultStream(Stream output) : IDisposable
{
    /// <summary>Whether the reader has gone.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Writes bytes and hands them on at once.</summary>
    /// <exception cref="IOException">The reader has gone, or they cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            output.Write(bytes);
            output.Flush();
        }
        catch (PipeClosedException)
        {
            IsClosed = true;
            throw;
        }
        catch (IOException problem)
        {
            throw new IOException($"standard output cannot be written: {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => output.Dispose();
}
