using System.Text;

namespace Sequitur.Cli.Tests;

/// <summary>What a command line did.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliResult(int Code, string Output, string Error)
{
    /// <summary>Runs a command line in this process.</summary>
    public static CliResult Of(params string[] args)
    {
        var output = new MemoryStream();
        var error = new StringWriter();
        var code = CommandLine.Run(args, output, error);
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
