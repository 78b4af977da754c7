using System.Text;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Chat;

/// <summary>What somebody wrote.</summary>
/// <param name="Text">The text, lines joined by <c>\n</c>.</param>
/// <param name="IsBlock">Whether it stood between <c>"""</c>, where a slash begins no command.</param>
internal sealed record Entry(string Text, bool IsBlock);

/// <summary>
/// Joins lines to messages: a line that ends with <c>\</c> goes on with the next one; a line <c>"""</c> begins a block that the next such line ends. Somebody who types is shown where.
/// </summary>
/// <param name="io">What is read; notes go to its standard error.</param>
internal sealed class MessageReader(CommandIo io)
{
    private const string Fence = "\"\"\"";

    private readonly LineReader _lines = new(new StreamReader(io.Input, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false));

    /// <summary>The next message that is not empty; null at the end of the input.</summary>
    /// <param name="part">Ctrl-C while somebody writes: the message is dropped, and how to end is said.</param>
    /// <param name="cancellation">Ends the program.</param>
    public Entry? Read(CancellationToken part, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                // What the answer before was stopped by is over.
                using var both = CancellationTokenSource.CreateLinkedTokenSource(part.IsCancellationRequested ? default : part, cancellation);
                if (ReadOnce(both.Token) is var entry && entry is not { Text: "" })
                {
                    return entry;
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                io.Error.WriteLine(io.Terminal.InputIsTerminal ? "\n(Ctrl-C once more, Ctrl-D or /exit ends)" : "(Ctrl-C once more ends)");
            }
        }
    }

    private Entry? ReadOnce(CancellationToken cancellation)
    {
        var line = ReadLine("> ", cancellation);
        if (line?.Trim() == Fence)
        {
            var block = new List<string>();
            while (ReadLine(". ", cancellation) is { } next && next.Trim() != Fence)
            {
                block.Add(next);
            }

            return block.TrueForAll(string.IsNullOrWhiteSpace) ? new("", false) : new(string.Join('\n', block), true);
        }

        var lines = new List<string>();
        while (line is [.., '\\'])
        {
            lines.Add(line[..^1]);
            line = ReadLine(". ", cancellation);
        }

        if (line is null && lines.Count == 0)
        {
            return null;
        }

        lines.Add(line ?? "");
        var text = string.Join('\n', lines).TrimEnd();
        return new(string.IsNullOrWhiteSpace(text) ? "" : text, false);
    }

    private string? ReadLine(string sign, CancellationToken cancellation)
    {
        if (io.Terminal.InputIsTerminal)
        {
            io.Error.Write(sign);
            io.Error.Flush();
        }

        return _lines.Read(cancellation);
    }
}
