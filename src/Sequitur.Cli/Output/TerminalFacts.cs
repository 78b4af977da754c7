using Sequitur.Cli.State;

namespace Sequitur.Cli.Output;

/// <summary>What the program is connected to.</summary>
public sealed record TerminalFacts
{
    // What a page is laid out for where nobody says how wide it is.
    private const int UsualWidth = 80;
    private const int WidestUseful = 400;

    /// <summary>Whether standard input is typed by somebody.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Whether standard output is looked at by somebody.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether standard error is looked at by somebody.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns.</summary>
    public int Width { get; init; } = UsualWidth;

    /// <summary>The value of an environment variable; null where it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The folder where the last run is kept unless another is named; null where nothing is kept.</summary>
    public string? State { get; init; }

    /// <summary>What this process is connected to. <c>COLUMNS</c> says how wide a page is where there is no terminal.</summary>
    public static TerminalFacts OfProcess() => new()
    {
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = Columns(),
        Variable = Environment.GetEnvironmentVariable,
        State = StateFolder.Usual,
    };

    /// <summary>Whether results are coloured: what was asked for, else what the environment says, else on a terminal that can.</summary>
    /// <param name="asked"><c>always</c>, <c>never</c> or <c>auto</c>; null for <c>auto</c>.</param>
    public bool Colours(string? asked) => asked switch
    {
        "always" => true,
        "never" => false,
        _ when Variable("NO_COLOR") is { Length: > 0 } => false,
        _ when Variable("CLICOLOR_FORCE") is { Length: > 0 } force && force != "0" => true,
        _ => OutputIsTerminal && Variable("TERM") != "dumb",
    };

    private static int Columns()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0)
        {
            return Math.Min(columns, WidestUseful);
        }

        try
        {
            return !Console.IsOutputRedirected && Console.WindowWidth > 0 ? Math.Min(Console.WindowWidth, WidestUseful) : UsualWidth;
        }
        catch (IOException)
        {
            return UsualWidth;
        }
    }
}
