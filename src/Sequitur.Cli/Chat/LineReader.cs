using System.Text;

namespace Sequitur.Cli.Chat;

/// <summary>Lines of UTF-8, one at a time, whatever ends them. Waiting for one can be ended; the line that was waited for is the next one's.</summary>
/// <param name="input">Where they come from.</param>
internal sealed class LineReader(TextReader input)
{
    private Task<string?>? _pending;
    private bool _isFirst = true;

    /// <summary>The next line; null at the end.</summary>
    /// <exception cref="InvalidModelException">It is not UTF-8.</exception>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public string? Read(CancellationToken cancellation)
    {
        // A read of a terminal or pipe cannot be interrupted, so it is left to a thread that keeps nothing alive.
        _pending ??= Task.Run(input.ReadLine, CancellationToken.None);
        try
        {
            var line = _pending.WaitAsync(cancellation).GetAwaiter().GetResult();
            _pending = null;
            line = _isFirst ? line?.TrimStart('\uFEFF') : line;
            _isFirst = false;
            return line;
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidModelException("standard input is not UTF-8: convert the text to UTF-8", problem);
        }
    }
}
