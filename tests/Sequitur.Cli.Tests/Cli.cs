using System.Text;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Tests;

/// <summary>What a command line did.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliResult(int Code, string Output, string Error)
{
    /// <summary>What this process is connected to; runs are kept where a test says, never in the user's own place.</summary>
    public static TerminalFacts Here => TerminalFacts.OfProcess() with { State = null };

    /// <summary>Runs a command line in this process.</summary>
    public static CliResult Of(params string[] args)
    {
        var output = new MemoryStream();
        var error = new StringWriter();
        var code = CommandLine.Run(args, output, error, terminal: Here);
        return new CliResult(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Runs a command line in this process, on a page of a width, with an environment of its own and something piped in.</summary>
    public static CliResult On(int width, string? input, IReadOnlyDictionary<string, string>? variables, params string[] args)
    {
        var output = new MemoryStream();
        var error = new StringWriter();
        var terminal = new TerminalFacts { Width = width, Variable = name => variables?.GetValueOrDefault(name) };
        var code = CommandLine.Run(args, output, error, null, terminal, new MemoryStream(Encoding.UTF8.GetBytes(input ?? "")));
        return new CliResult(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>One clear line on standard error, nothing on standard output, no stack trace.</summary>
    public void ShouldFail(int code, string because)
    {
        Code.ShouldBe(code, Error);
        Output.ShouldBeEmpty();
        Error.ShouldStartWith("error: ");
        Error.TrimEnd().Split('\n').Length.ShouldBe(1, Error);
        Error.ShouldContain(because);
        Error.ShouldNotContain("   at ");
    }
}
