using System.Text.Json;
using Sequitur.Kernels;

namespace Sequitur.Cli.State;

/// <summary>What is kept between commands: the last run alone, for who asks why. Nobody but its owner can read it.</summary>
/// <param name="path">The folder.</param>
internal sealed class StateFolder(string path)
{
    private const string LastRunName = "last-run.json";
    private const long MostBytes = 64 << 20;

    /// <summary>The system's place: <c>$XDG_STATE_HOME/sequitur</c>, by default <c>~/.local/state/sequitur</c>; on Windows and macOS what takes its part.</summary>
    public static string Usual => Path.Combine(Platform.Current.StateRoot, "sequitur");

    /// <summary>Where the last run is.</summary>
    public string LastRunPath => Path.Combine(path, LastRunName);

    /// <summary>Keeps a run in the place of the one before. A folder that cannot be written costs a warning, never the answer.</summary>
    /// <returns>Whether it is kept.</returns>
    public bool Keep(LastRun run, TextWriter error)
    {
        try
        {
            Platform.Current.CreatePrivateFolder(path);
            using var file = AtomicFile.Create(LastRunPath);
            Platform.Current.MakePrivate(file.Stream);
            if (File.Exists(LastRunPath))
            {
                // The new file takes over the rights of the one that it replaces.
                using var old = File.OpenRead(LastRunPath);
                Platform.Current.MakePrivate(old);
            }

            JsonSerializer.Serialize(file.Stream, run, LastRunJson.Default.LastRun);
            file.Commit();
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"warning: the run is not kept for 'why': {problem.Message.ReplaceLineEndings(" ")} (--state names another folder, --no-state keeps nothing)");
            return false;
        }
    }

    /// <summary>The last run.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    /// <exception cref="InvalidModelException">It cannot be read, or is of another version.</exception>
    public LastRun Read()
    {
        if (!File.Exists(LastRunPath))
        {
            throw new UsageException($"there is no last run in {path}: 'run', 'chat' or 'explain' something first (without --no-state)");
        }

        try
        {
            if (new FileInfo(LastRunPath).Length > MostBytes)
            {
                throw new InvalidModelException($"{LastRunPath} has more than {MostBytes} bytes, which no run has: delete it");
            }

            var run = JsonSerializer.Deserialize(File.ReadAllBytes(LastRunPath), LastRunJson.Default.LastRun);
            return run is not { Schema: LastRun.SchemaName, Version: LastRun.CurrentVersion }
                ? throw new InvalidModelException($"{LastRunPath} was kept by another version of the program: make a new run")
                : run.IsWhole ? run : throw new InvalidModelException($"{LastRunPath} is damaged: make a new run");
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{LastRunPath} cannot be read: {problem.Message}; make a new run", problem);
        }
    }
}
