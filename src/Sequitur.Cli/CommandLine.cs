using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sequitur.Cli;

/// <summary>Exit codes of all commands.</summary>
public enum ExitCode
{
    /// <summary>All went well.</summary>
    Success = 0,

    /// <summary>Something failed.</summary>
    Failure = 1,

    /// <summary>The command was used wrongly.</summary>
    Usage = 2,

    /// <summary>A model or data file is missing, invalid or not supported.</summary>
    InvalidModel = 3,

    /// <summary>It does not fit into memory or context.</summary>
    DoesNotFit = 4,

    /// <summary>Interrupted from the keyboard.</summary>
    Interrupted = 130,
}

/// <summary>The program: parses, runs the command, and turns every error into one clear line and an exit code.</summary>
public static class CommandLine
{
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Show where an error came from", Recursive = true };

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Receives results only.</param>
    /// <param name="error">Receives everything else.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args, Stream output, TextWriter error)
    {
        using var results = new ResultStream(output);
        var root = new RootCommand("Sequitur: a language-model engine that shows its work") { Verbose };
        foreach (var (_, command) in Commands.CommandRegistry.All)
        {
            root.Add(command.Create(results, error));
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"error: {string.Join("; ", parsed.Errors.Select(Describe))} (see {Usage(parsed)} --help)");
            return (int)ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception)
        {
            if (results.IsClosed)
            {
                return (int)ExitCode.Success;
            }

            error.WriteLine(parsed.GetValue(Verbose) ? $"error: {exception}" : $"error: {exception.Message.ReplaceLineEndings(" ")}");
            return (int)CodeOf(exception);
        }
    }

    // The parser's own messages span lines and leave out the option that they are about.
    private static string Describe(ParseError error)
    {
        var message = string.Join(' ', error.Message.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
        var option = (error.SymbolResult as OptionResult)?.Option.Name;
        if (error.SymbolResult is OptionResult { Tokens: [{ Value: var value }], Option.ValueType: var type } && message.Contains("as expected type", StringComparison.Ordinal))
        {
            return $"{option} must be {(type == typeof(float?) ? "a number" : "a whole number from 0")}, not '{value}'";
        }

        return option is null || message.Contains(option, StringComparison.Ordinal) ? message : $"{option}: {message}";
    }

    private static string Usage(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "sequitur" : $"sequitur {parsed.CommandResult.Command.Name}";

    private static ExitCode CodeOf(Exception exception) => exception switch
    {
        UsageException => ExitCode.Usage,
        CapacityException or OutOfMemoryException => ExitCode.DoesNotFit,
        SequiturException { InnerException: CapacityException or OutOfMemoryException } => ExitCode.DoesNotFit,
        OperationCanceledException => ExitCode.Interrupted,
        SequiturException or UnsupportedModelException => ExitCode.InvalidModel,
        _ => ExitCode.Failure,
    };
}
