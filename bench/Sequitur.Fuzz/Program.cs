using System.Globalization;
using Sequitur;
using Sequitur.Fuzz;

const string Help = """
    usage: list                                            the targets
           run TARGET [SECONDS] [FIRST]                    tries inputs in child processes, from number FIRST on
           make TARGET NUMBER FILE                         writes an input to a file, to look at or to keep as a regression case
           read TARGET FILE                                reads a file as the target does
    """;

try
{
    return args switch
    {
        ["list"] => List(),
        ["run", var name] => Run(Target(name), 60, 0),
        ["run", var name, var seconds] => Run(Target(name), Number(seconds), 0),
        ["run", var name, var seconds, var first] => Run(Target(name), Number(seconds), (long)Number(first)),
        ["make", var name, var number, var file] => Make(Target(name), (long)Number(number), file),
        ["read", var name, var file] => Read(Target(name), file),
        ["child", var name, var first, var seconds, var progress] => Child.Run(Target(name), (long)Number(first), Number(seconds), progress, Console.Out),
        _ => throw new UsageException(Help),
    };
}
catch (UsageException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

static FuzzTarget Target(string name) => FuzzTargets.Find(name)
    ?? throw new UsageException($"no target is called '{name}'; there are: {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}");

static double Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : throw new UsageException($"'{text}' is no number from 0 on");

static int List()
{
    foreach (var target in FuzzTargets.All)
    {
        Console.WriteLine(target.Name);
    }

    return 0;
}

static int Run(FuzzTarget target, double seconds, long first)
{
    var findings = Campaign.Run(target, first, TimeSpan.FromSeconds(seconds));
    Console.WriteLine($"{target.Name}: {findings.Inputs} inputs, {findings.Refused} refused; at most {findings.Largest} bytes beyond the input's size (input {findings.LargestInput})");
    foreach (var failure in findings.Failures)
    {
        Console.WriteLine($"  input {failure.Number}: {failure.What}");
    }

    return findings.Failures.Count == 0 ? 0 : 1;
}

static int Make(FuzzTarget target, long number, string file)
{
    File.WriteAllBytes(file, new Inputs(target).Make(number));
    return 0;
}

static int Read(FuzzTarget target, string file)
{
    using var scratch = new Scratch();
    var outcome = Judge.Try(target, File.ReadAllBytes(file), scratch);
    Console.WriteLine(outcome.Failure ?? $"{(outcome.IsRefused ? "refused" : "read")}, {outcome.Bytes} bytes allocated");
    return outcome.Failure is null ? 0 : 1;
}
