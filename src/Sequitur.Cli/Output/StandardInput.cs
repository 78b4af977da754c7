using System.Text;

namespace Sequitur.Cli.Output;

/// <summary>Text from standard input.</summary>
internal static class StandardInput
{
    /// <summary>Reads all of it: UTF-8, whatever the system's own encoding is, with or without a byte order mark. Lines may end as on Windows; the last line's end is no part of the text.</summary>
    /// <param name="input">The stream.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InvalidModelException">It is not UTF-8.</exception>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public static string ReadAll(Stream input, CancellationToken cancellation) =>
        // A read of a terminal or pipe cannot be interrupted, so it is left behind on a thread that keeps nothing alive.
        Task.Run(() => Read(input), CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();

    /// <summary>Reads all of a stream.</summary>
    /// <exception cref="InvalidModelException">It is not UTF-8.</exception>
    internal static string Read(Stream stream)
    {
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var text = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        if (text.StartsWith(Encoding.UTF8.Preamble))
        {
            text = text[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n', '\r');
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidModelException($"standard input is not UTF-8 at byte {problem.Index}: convert the text to UTF-8", problem);
        }
    }
}
