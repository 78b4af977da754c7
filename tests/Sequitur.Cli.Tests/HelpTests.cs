using System.Diagnostics;
using System.Text.Json;

namespace Sequitur.Cli.Tests;

/// <summary>Help, version and completions.</summary>
public sealed class HelpTests
{
    [Fact]
    public void NoCommand_PrintsHelpAsAnError()
    {
        var result = CliResult.Of();

        result.Code.ShouldBe(2);
        result.Output.ShouldBeEmpty();
        CommandPages.Root.Subcommands.ShouldAllBe(command => result.Error.Contains($"  {command.Name} "));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Help_OfEveryCommand_FitsThePage(int width)
    {
        foreach (var verb in CommandPages.Root.Subcommands.Select(command => command.Name))
        {
            var result = CliResult.On(width, null, null, verb, "--help");

            result.Code.ShouldBe(0, result.Error);
            result.Output.Split('\n').Where(line => !line.Contains("[options]")).ShouldAllBe(line => line.Length <= width);
            result.Output.ShouldContain("--json");
        }
    }

    [Fact]
    public void Version_IsAResult() => CliResult.Of("--version").Output.ShouldStartWith("sequitur ");

    [Fact]
    public void Completions_UnknownShell_SuggestsTheNearest()
    {
        CliResult.Of("completions", "fissh").ShouldFail(2, "there are no completions for 'fissh'; did you mean fish?; shells: bash, zsh, fish, pwsh");
        CliResult.Of("completions").ShouldFail(2, "the shell is missing: bash, zsh, fish, pwsh");
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void Completions_OfAShell_NameEveryCommandAndOption(string shell)
    {
        var script = CliResult.Of("completions", shell).Output;
        foreach (var command in CommandPages.Root.Subcommands)
        {
            script.ShouldContain(command.Name);
            command.Options.ShouldAllBe(option => script.Contains(option.Name.TrimStart('-')));
        }

        JsonDocument.Parse(CliResult.Of("completions", shell, "--json").Output).RootElement.GetProperty("script").GetString().ShouldBe(script);
    }

    [Theory]
    [InlineData("to", "tokenize")]
    [InlineData("run --compute ", "auto f32")]
    [InlineData("run --compute = f", "f32")]
    [InlineData("completions z", "zsh")]
    [InlineData("run --seed ", "")]
    [InlineData("tokenize --dec", "--decode")]
    [InlineData("--ver", "--verbose --version")]
    public void Completions_InBash_Complete(string typed, string expected)
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Skip("there is no /bin/bash");
        }

        var script = CliResult.Of("completions", "bash").Output;
        var words = string.Join(' ', typed.Split(' ').Prepend("sequitur").Select(word => $"'{word}'"));
        var output = Bash($"{script}\ncomplete -p sequitur >/dev/null || exit 1\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_sequitur\nprintf '%s\\n' \"${{COMPREPLY[@]}}\" | sort | tr '\\n' ' '\n");

        output.Trim().ShouldBe(expected);
    }

    private static string Bash(string script)
    {
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-s"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.StandardError.ReadToEnd().ShouldBeEmpty();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return output;
    }
}
