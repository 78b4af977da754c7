using System.Runtime.InteropServices;

namespace Sequitur.Cli;

/// <summary>
/// Ctrl-C and the request to terminate. The first one lets the command end in order: it hands out what it has and says so. A second one ends the process at once.
/// </summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;
    private CancellationTokenSource? _part;
    private int _code;

    /// <summary>Begins to listen.</summary>
    public Interruption() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, ExitCode.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, ExitCode.Terminated)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that the signal asks for.</summary>
    public ExitCode Code => _code == 0 ? ExitCode.Interrupted : (ExitCode)_code;

    /// <summary>
    /// Begins a part of the command: the first Ctrl-C from now on ends only what is given its token, a second one is received as if there were no parts. A new part takes the place of the one before.
    /// </summary>
    public CancellationToken BeginPart()
    {
        var part = new CancellationTokenSource();
        Volatile.Write(ref _part, part);
        return part.Token;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_signals, signal => signal.Dispose());
        _source.Dispose();
    }

    private void Receive(PosixSignalContext context, ExitCode code)
    {
        if (code == ExitCode.Interrupted && Interlocked.Exchange(ref _part, null) is { } part)
        {
            context.Cancel = true;
            part.Cancel();
        }
        else if (Interlocked.CompareExchange(ref _code, (int)code, 0) == 0)
        {
            context.Cancel = true;
            _source.Cancel();
        }
    }
}
