using System.Globalization;
using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Tests;

public sealed class TurnTests
{
    [Fact]
    public void Turns_OfOurs_ArePrintedLineByLine()
    {
        using var bench = new Workbench();
        var output = new StringWriter();

        DecodeTurns.Serve(bench.ModelPath, ["20", "2", "3", "1"], new StringReader("\n\n\n"), output).ShouldBe(0);

        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("ready");
        lines.Skip(1).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).Count(speed => speed > 0).ShouldBe(3);
    }

    [Fact]
    public void Turns_BehindTheLast_AreRefused()
    {
        using var bench = new Workbench();

        Should.Throw<UsageException>(() => DecodeTurns.Serve(bench.ModelPath, ["4", "1", "1", "1"], new StringReader("\n\n"), new StringWriter())).Message.ShouldContain("turns");
    }

    [Fact]
    public void Process_ThatAnswers_TakesTurns()
    {
        using var process = Shell("echo ready; while read line; do echo 12.5; done");

        (process.Take(), process.Take()).ShouldBe((12.5, 12.5));
    }

    [Theory]
    [InlineData("echo no model >&2; exit 1", "no model")]
    [InlineData("echo 'not ready'", "not ready")]
    public void Process_ThatDoesNotBegin_IsAFailure(string script, string because) => Should.Throw<PeerException>(() => Shell(script)).Message.ShouldContain(because);

    [Theory]
    [InlineData("echo ready; read line; echo fast", "fast")]
    [InlineData("echo ready; read line; echo it broke >&2", "it broke")]
    public void Process_ThatDoesNotAnswer_IsAFailure(string script, string because)
    {
        using var process = Shell(script);

        Should.Throw<PeerException>(() => process.Take()).Message.ShouldContain(because);
    }

    private static TurnProcess Shell(string script)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no shell here");
        return new("/bin/sh", ["-c", script]);
    }
}
