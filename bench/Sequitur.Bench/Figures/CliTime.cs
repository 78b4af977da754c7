namespace Sequitur.Bench.Figures;

/// <summary>Times of our program as a process, from its start to its end.</summary>
internal static class CliTime
{
    /// <summary>Milliseconds of some runs, the first of which is not counted: it brings files into the system's memory.</summary>
    /// <exception cref="SequiturException">The program failed.</exception>
    public static Sample Of(string root, int runs, params IReadOnlyList<string> arguments) => Of(runs, () => SequiturProgram.Run(root, arguments), arguments);

    /// <summary>The same, of a program that is run in another way.</summary>
    /// <exception cref="SequiturException">The program failed.</exception>
    public static Sample Of(int runs, Func<(int Code, string Output, string Error)> run, IReadOnlyList<string> arguments) =>
        new(Enumerable.Range(0, runs + 1).Select(_ => Once(run, arguments)).Skip(1).ToArray());

    /// <summary>Milliseconds of one run.</summary>
    /// <exception cref="SequiturException">The program failed.</exception>
    public static double Once(string root, params IReadOnlyList<string> arguments) => Once(() => SequiturProgram.Run(root, arguments), arguments);

    private static double Once(Func<(int Code, string Output, string Error)> run, IReadOnlyList<string> arguments) => Workbench.Milliseconds(() =>
    {
        var (code, _, error) = run();
        if (code != 0)
        {
            throw new SequiturException($"sequitur {arguments[0]} failed with {code}: {ChildProcess.LastLine(error)}");
        }
    });
}
