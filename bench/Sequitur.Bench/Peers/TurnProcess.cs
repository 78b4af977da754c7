using System.Diagnostics;
using System.Globalization;

namespace Sequitur.Bench.Peers;

/// <summary>
/// A process that fills a context once, says <c>ready</c>, and then decodes some tokens whenever it is given a line, and prints how many a second. Between its turns it sleeps, so that several
/// may take turns.
/// </summary>
internal sealed class TurnProcess : IDisposable
{
    private const string Ready = "ready";
    private static readonly TimeSpan LongestFill = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly Task<string> _error;

    /// <summary>Starts it and waits until the context is filled.</summary>
    /// <exception cref="PeerException">It failed, or took too long.</exception>
    public TurnProcess(string program, IReadOnlyList<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new PeerException($"{program} does not start");
        _error = _process.StandardError.ReadToEndAsync();
        try
        {
            if (Line(LongestFill) is var line && line != Ready)
            {
                throw new PeerException($"{program} says '{line}', not '{Ready}'");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Tokens a second of one turn.</summary>
    /// <exception cref="PeerException">It failed, or took too long.</exception>
    public double Take()
    {
        try
        {
            _process.StandardInput.WriteLine();
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended, which its output says.
        }

        var line = Line(LongestTurn);
        return double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed > 0 ? speed : throw new PeerException($"no speed: '{line}'");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private string Line(TimeSpan limit)
    {
        var line = _process.StandardOutput.ReadLineAsync();
        return !line.Wait(limit) ? throw new PeerException($"no answer in {limit.TotalMinutes:F0} minutes")
            : line.Result ?? throw new PeerException($"it ended: {ChildProcess.LastLine(_error.Result)}");
    }
}
