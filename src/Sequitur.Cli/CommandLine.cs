using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Sequitur.Cli.Output;

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

    /// <summary>Asked to terminate.</summary>
    Terminated = 143,
}

/// <summary>The program: parses, runs the command, and turns every error into one clear line and an exit code.</summary>
public static class CommandLine
{
    /// <summary>Whether diagnostics go to standard error.</summary>
    internal static Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Show what is done, and where an error came from", Recursive = true };

    /// <summary>Whether results are coloured.</summary>
    internal static Option<string?> Colour { get; } = ColourFlag();

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Receives results only.</param>
    /// <param name="error">Receives everything else.</param>
    /// <param name="interruption">Ends the command early.</param>
    /// <param name="terminal">What the program is connected to; by default what this process is.</param>
    /// <param name="input">What is typed or piped in; by default standard input.</param>
    /// <returns>The exit code.</returns>
    public static int Run(
        IReadOnlyList<string> args, Stream output, TextWriter error, Interruption? interruption = null, TerminalFacts? terminal = null, Stream? input = null)
    {
        using var results = new ResultStream(output);
        var root = CreateRoot(new CommandIo(results, error, terminal ?? TerminalFacts.OfProcess(), input ?? Console.OpenStandardInput()) { Interruption = interruption });

        var verbose = args.Contains(Verbose.Name);
        try
        {
            var parsed = Parse(root, args);
            verbose = parsed.GetValue(Verbose);
            var code = parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption?.Token ?? default)
                .GetAwaiter().GetResult();
            return code == (int)ExitCode.Interrupted && interruption is not null ? (int)interruption.Code : code;
        }
        catch (OperationCanceledException) when (interruption is { Token.IsCancellationRequested: true })
        {
            error.WriteLine("interrupted");
            return (int)interruption.Code;
        }
        catch (Exception exception)
        {
            if (results.IsClosed)
            {
                return (int)ExitCode.Success;
            }

            error.WriteLine(verbose ? $"error: {exception}" : $"error: {exception.Message.ReplaceLineEndings(" ")}");
            return (int)CodeOf(exception);
        }
    }

    /// <summary>All commands.</summary>
    internal static RootCommand CreateRoot(CommandIo io)
    {
        var root = new RootCommand("Sequitur: a language-model engine that shows its work") { Verbose, Colour };
        foreach (var (_, command) in Commands.CommandRegistry.All)
        {
            root.Add(command.Create(io));
        }

        foreach (var option in root.Options)
        {
            option.Action = option switch { HelpOption => new ShowHelp(root, io), VersionOption => new ShowVersion(io), _ => option.Action };
        }

        // Nobody asked for anything: what could be asked for is no result.
        root.SetAction(_ =>
        {
            HelpPage.Write(root, root, io.Error, io.Terminal.Width);
            return (int)ExitCode.Usage;
        });

        return root;
    }

    private static Flag<string?> ColourFlag()
    {
        var flag = Flags.OneOf("--color", "Whether results are coloured; by default on a terminal, unless NO_COLOR is set", "auto", "always", "never");
        flag.Recursive = true;
        return flag;
    }

    /// <summary>Texts are taken as they are: a prompt that begins with @ is no file of further arguments.</summary>
    internal static ParserConfiguration Configuration { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>What is wrong with arguments, in one line; null if nothing is.</summary>
    internal static string? Problem(ParseResult parsed) => Problem(parsed, []);

    private static ParseResult Parse(RootCommand root, IReadOnlyList<string> args)
    {
        var taken = new List<Option>();
        var parsed = root.Parse(args, Configuration);
        if (Suggestions.Find(root, parsed, args) is { } unknown)
        {
            throw new UsageException($"{unknown} (see {Usage(parsed)} --help)");
        }

        parsed = root.Parse(EnvironmentFlags.Complete(root, parsed, args, taken), Configuration);
        return Problem(parsed, taken) is { } problem ? throw new UsageException($"{problem} (see {Usage(parsed)} --help)") : parsed;
    }

    private static string? Problem(ParseResult parsed, List<Option> taken) =>
        parsed.Errors.Count == 0 ? null : string.Join("; ", parsed.Errors.Select(problem => Describe(problem, taken)).Distinct());

    // The parser's own messages span lines and leave out the option that they are about.
    private static string Describe(ParseError error, List<Option> taken)
    {
        var message = string.Join(' ', error.Message.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
        if (error.SymbolResult is not OptionResult { Option: var option } result)
        {
            return message;
        }

        var allowed = (option as IFlag)?.Allowed ?? (option.ValueType == typeof(float?) ? "a number" : "a whole number from 0");
        var described = result.Tokens switch
        {
            [] when option.Arity.MinimumNumberOfValues > 0 => option is IFlag ? $"{option.Name} needs a value: {allowed}" : $"{option.Name} needs a value",
            [{ Value: var value }] when message.Contains("as expected type", StringComparison.Ordinal) => $"{option.Name} must be {allowed}, not '{value}'",
            _ => message.Contains(option.Name, StringComparison.Ordinal) ? message : $"{option.Name}: {message}",
        };
        return taken.Contains(option) ? $"the environment variable {EnvironmentFlags.VariableOf(option)}: {described}" : described;
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
