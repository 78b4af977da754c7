using System.Diagnostics;
using System.Text;

namespace Sequitur.Cli.Tests;

/// <summary>The program as a process of its own: for what only one has, such as signals, pipes and an environment.</summary>
internal sealed class Child : IDisposable
{
    // Never the user's own place.
    private static readonly string State = Directory.CreateTempSubdirectory("sequitur-").FullName;

    private readonly Process _process;
    private readonly Task<string> _error;

    private Child(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its standard output.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>Its standard input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Starts it.</summary>
    /// <param name="environment">Variables that are set (or, with null, removed) for it.</param>
    /// <param name="args">The arguments.</param>
    public static Child Start(Dictionary<string, string?> environment, params string[] args) => Start(environment, null, args);

    /// <summary>Runs it to its end behind a command of the shell, such as <c>ulimit</c>; there is none on Windows.</summary>
    public static CliResult RunBehind(string command, Dictionary<string, string?> environment, params string[] args)
    {
        using var child = Start(environment, command, args);
        return child.Finish();
    }

    private static Child Start(Dictionary<string, string?> environment, string? command, string[] args)
    {
        var program = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        var start = new ProcessStartInfo(command is null ? program : "/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("SEQUITUR_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["XDG_STATE_HOME"] = State;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        string[] shell = command is null ? [] : ["-c", $"{command} && exec \"$@\"", "sh", program];
        string[] all = [.. shell, "exec", "--runtimeconfig", Beside("Sequitur.Cli.Tests.runtimeconfig.json"), "--depsfile", Beside("Sequitur.Cli.Tests.deps.json"), Beside("sequitur.dll"), .. args];
        Array.ForEach(all, start.ArgumentList.Add);
        return new Child(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static CliResult Run(Dictionary<string, string?> environment, byte[] input, params string[] args)
    {
        using var child = Start(environment, args);
        return child.Finish(input);
    }

    /// <summary>Gives it all of its input, or what it wants of it, and waits for its end.</summary>
    public CliResult Finish(byte[]? input = null)
    {
        var output = Output.ReadToEndAsync();
        try
        {
            Input.Write(input ?? []);
            Input.Close();
        }
        catch (IOException)
        {
            // it has ended without reading
        }

        return Wait(output);
    }

    /// <summary>Waits for its end, its input left open.</summary>
    public CliResult Wait(Task<string> output)
    {
        var text = output.GetAwaiter().GetResult();
        _process.WaitForExit();
        return new CliResult(_process.ExitCode, text, _error.GetAwaiter().GetResult());
    }

    /// <summary>Sends a signal (<c>INT</c>, <c>TERM</c>); there are none on Windows.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{_process.Id}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    /// <summary>Sends a signal again and again until the process ends: two that come at once are one.</summary>
    public void SignalUntilTheEnd(string name)
    {
        const int Milliseconds = 300;
        const int Most = 100;
        for (var i = 0; i < Most && !_process.HasExited; i++)
        {
            using var kill = Process.Start("kill", ["-" + name, $"{_process.Id}"]);
            kill.WaitForExit();
            _process.WaitForExit(Milliseconds);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);
}
