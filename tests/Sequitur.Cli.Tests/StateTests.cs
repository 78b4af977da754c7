using System.Text.Json.Nodes;

namespace Sequitur.Cli.Tests;

/// <summary>What is kept of the last run.</summary>
public sealed class StateTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly TinyModel _tiny = new();

    private string State => _folder["state"];

    private string LastRun => Path.Combine(State, "last-run.json");

    [Fact]
    public void State_OfARun_IsItsOwnersAlone()
    {
        _tiny.Run("--state", State).Code.ShouldBe(0);

        var run = JsonNode.Parse(File.ReadAllText(LastRun))!;
        run["Schema"]!.GetValue<string>().ShouldBe("sequitur.last-run");
        run["Answer"]!.AsArray().Count.ShouldBe(3);
        Directory.GetFiles(State).ShouldBe([LastRun]);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no modes");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(LastRun).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(State).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void State_NextRun_TakesThePlaceOfTheOneBefore()
    {
        _tiny.Run("--state", State, "--seed", "1");
        _tiny.Run("--state", State, "--seed", "2");

        JsonNode.Parse(File.ReadAllText(LastRun))!["Seed"]!.GetValue<int>().ShouldBe(2);
        Directory.GetFiles(State).ShouldBe([LastRun]);
    }

    [Fact]
    public void NoState_KeepsNothing()
    {
        var result = _tiny.Run("--state", State, "--no-state");

        result.Code.ShouldBe(0);
        result.Error.ShouldBeEmpty();
        Directory.Exists(State).ShouldBeFalse();
    }

    [Fact]
    public void State_ThatCannotBeWritten_CostsAWarning()
    {
        // A file where the folder should be: it cannot be written by whoever runs the test.
        File.WriteAllText(State, "");
        var result = _tiny.Run("--state", State);

        result.Code.ShouldBe(0);
        result.Output.ShouldNotBeEmpty();
        result.Error.ShouldStartWith("warning: the run is not kept for 'why': ");
        result.Error.ShouldContain("--no-state keeps nothing");
        result.Error.TrimEnd().Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public void State_ReadOnlyFolder_CostsAWarning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "no mode keeps this user out");
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(State, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var result = _tiny.Run("--state", State);
        result.Code.ShouldBe(0);
        result.Error.ShouldStartWith("warning: the run is not kept for 'why': ");
        Directory.GetFiles(State).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Version", "9", "was kept by another version of the program: make a new run")]
    [InlineData("Schema", "\"other\"", "was kept by another version of the program: make a new run")]
    [InlineData("Prompt", "[]", "is damaged: make a new run")]
    [InlineData("Prompt", "[-1]", "is damaged: make a new run")]
    [InlineData("Changes", "[null]", "is damaged: make a new run")]
    [InlineData("Context", "-3", "is damaged: make a new run")]
    [InlineData("Answer", "null", "is damaged: make a new run")]
    [InlineData("Prompt", "\"text\"", "cannot be read")]
    public void Why_StateOfAnotherVersion_SaysSo(string key, string value, string message)
    {
        _tiny.Run("--state", State);
        var run = JsonNode.Parse(File.ReadAllText(LastRun))!;
        run[key] = JsonNode.Parse(value);
        File.WriteAllText(LastRun, run.ToJsonString());

        CliResult.Of("why", "0", "--state", State).ShouldFail(3, message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"Schema\":")]
    [InlineData("null")]
    public void Why_BrokenState_SaysSo(string text)
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(LastRun, text);

        CliResult.Of("why", "0", "--state", State).ShouldFail(3, "make a new run");
    }

    [Fact]
    public void Why_NoState_IsUsage() => CliResult.Of("why", "0", "--state", State).ShouldFail(2, "there is no last run");

    public void Dispose()
    {
        _folder.Dispose();
        _tiny.Dispose();
    }
}
