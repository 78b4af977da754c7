using System.Diagnostics;

namespace Sequitur.Cli.Output;

/// <summary>How far a long piece of work is, on a line of standard error that goes away with it. Only a terminal sees it, and only after a second.</summary>
/// <param name="io">Where standard error is.</param>
/// <param name="work">What is done.</param>
/// <param name="total">Bytes to do.</param>
internal sealed class ProgressLine(CommandIo io, string work, long total) : IDisposable
{
    private static readonly TimeSpan s_after = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _next = s_after;
    private long _done;
    private bool _isShown;

    /// <summary>Adds bytes that are done.</summary>
    public void Add(long bytes)
    {
        _done += bytes;
        var elapsed = Stopwatch.GetElapsedTime(_started);
        if (!io.Terminal.ErrorIsTerminal || elapsed < _next)
        {
            return;
        }

        (_next, _isShown) = (elapsed + s_pause, true);
        var rate = _done / elapsed.TotalSeconds;
        var left = rate > 0 ? Math.Max(total - _done, 0) / rate : 0;
        var text = $"{work}: {Quantity.Bytes(_done)} of {Quantity.Bytes(total)}, {Quantity.Bytes(rate)}/s, {Quantity.Number(Math.Ceiling(left))} s left";
        io.Error.Write($"\r{CellText.CutEnd(text, io.Terminal.Width - 1).PadRight(io.Terminal.Width - 1)}");
        io.Error.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isShown)
        {
            io.Error.Write($"\r{new string(' ', io.Terminal.Width - 1)}\r");
            io.Error.Flush();
        }
    }
}
