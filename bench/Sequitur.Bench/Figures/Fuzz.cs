using Sequitur.Fuzz;

namespace Sequitur.Bench.Figures;

/// <summary>Damaged files, templates and configurations, read in child processes: how many a minute, how many killed one, and what was allocated for them at most.</summary>
[Figure("contract", "fuzz")]
internal sealed class Fuzz : IFigure
{
    private static readonly TimeSpan TimeEach = TimeSpan.FromSeconds(10);

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var (inputs, deaths, failures) = (0L, new List<string>(), new List<string>());
        foreach (var target in FuzzTargets.All)
        {
            var findings = Campaign.Run(target, first: 0, TimeEach);
            inputs += findings.Inputs;
            deaths.AddRange(findings.Failures.Where(failure => failure.IsDeath).Select(failure => $"{target.Name} {failure.Number}: {failure.What}"));
            failures.AddRange(findings.Failures.Where(failure => !failure.IsDeath).Select(failure => $"{target.Name} {failure.Number}: {failure.What}"));
            yield return Measurement.AtMost(
                $"largest allocation beyond the input's size, {target.Name}",
                findings.Largest / 1e6,
                "MB",
                target.Allowance / 1e6,
                $"input {findings.LargestInput}; {Numbers.Format(findings.Inputs / TimeEach.TotalMinutes)} inputs a minute, {Numbers.Format(100.0 * findings.Refused / Math.Max(findings.Inputs, 1))} % refused");
        }

        yield return Measurement.Reported("damaged inputs tried a minute", inputs / (TimeEach.TotalMinutes * FuzzTargets.All.Count), "inputs", $"{FuzzTargets.All.Count} targets, one process at a time");
        yield return Measurement.AtMost("deaths: crashes and inputs that never end", deaths.Count, "inputs", 0, string.Join("; ", deaths));
        yield return Measurement.AtMost("exceptions that no user should see, and allocations too large", failures.Count, "inputs", 0, string.Join("; ", failures));
    }
}
