using System.Globalization;
using Sequitur.Fuzz;

namespace Sequitur.Engine.Tests.Hostile;

/// <summary>
/// Damaged inputs of every target: read or refused, quickly, with one line, and with no more memory than their size justifies. SEQUITUR_FUZZ_SECONDS sets how long
/// each target is tried, SEQUITUR_FUZZ_FIRST the number of the first input.
/// </summary>
public sealed class FuzzTests
{
    // Less than this in the time means that the inputs are not what they should be, or a reader is far too slow.
    private const int LeastInputs = 20;

    private static readonly string Regressions = Path.Combine(Inputs.Repository, "tests", "Sequitur.Engine.Tests", "Hostile", "regressions");

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    // Inputs that once went wrong: one file each, in a folder that is called like the target.
    public static TheoryData<string, string> Kept =>
        [.. Directory.GetFiles(Regressions, "*", SearchOption.AllDirectories).Select(file => (Path.GetFileName(Path.GetDirectoryName(file)!), Path.GetFileName(file))).Order()];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Read_DamagedInputs_AreReadOrRefused(string name)
    {
        var findings = Campaign.Run(FuzzTargets.Find(name)!, (long)Setting("SEQUITUR_FUZZ_FIRST", 0), TimeSpan.FromSeconds(Setting("SEQUITUR_FUZZ_SECONDS", 6)));

        findings.Failures.Select(failure => $"{name} {failure.Number}: {failure.What}").ShouldBeEmpty();
        findings.Inputs.ShouldBeGreaterThan(LeastInputs);
        findings.Refused.ShouldBeInRange(1, findings.Inputs - 1);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void Read_WhatOnceWentWrong_IsReadOrRefused(string name, string file)
    {
        using var scratch = new Scratch();

        Judge.Try(FuzzTargets.Find(name)!, File.ReadAllBytes(Path.Combine(Regressions, name, file)), scratch).Failure.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Read_SoundInputs_HaveNoFailure(string name)
    {
        var target = FuzzTargets.Find(name)!;
        using var scratch = new Scratch();

        foreach (var seed in target.Seeds(Path.Combine(Inputs.Repository, "tests", "conformance")))
        {
            Judge.Try(target, seed, scratch).Failure.ShouldBeNull();
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Make_SameNumber_GivesTheSameInput(string name)
    {
        var target = FuzzTargets.Find(name)!;

        new Inputs(target).Make(12).ShouldBe(new Inputs(target).Make(12));
    }

    private static double Setting(string name, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
