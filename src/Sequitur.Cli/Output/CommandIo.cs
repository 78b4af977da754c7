using System.CommandLine;
using Spectre.Console;

namespace Sequitur.Cli.Output;

/// <summary>What a command reads and writes: results go to <see cref="Output"/>, everything else to <see cref="Error"/>.</summary>
/// <param name="Output">Receives results.</param>
/// <param name="Error">Receives everything else.</param>
/// <param name="Terminal">What the program is connected to.</param>
/// <param name="Input">What is typed or piped in.</param>
public sealed record CommandIo(ResultStream Output, TextWriter Error, TerminalFacts Terminal, Stream Input)
{
    /// <summary>What Ctrl-C reaches; null where nobody listens.</summary>
    public Interruption? Interruption { get; init; }

    /// <summary>Whether a command line asks for colours, or its terminal has them.</summary>
    public bool Colours(ParseResult parsed) => Terminal.Colours(parsed.GetValue(CommandLine.Colour));

    /// <summary>A page for results: as wide as the terminal, in colour where that is wanted.</summary>
    public IAnsiConsole Page(ParseResult parsed) => Page(new ResultWriter(Output), Colours(parsed));

    /// <summary>A page for what is no result, on standard error.</summary>
    public IAnsiConsole Notes(ParseResult parsed) => Page(Error, Terminal.ErrorIsTerminal && Colours(parsed));

    private IAnsiConsole Page(TextWriter writer, bool colours)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.TrueColor : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = Terminal.Width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
