#!/usr/bin/env dotnet
#:property PublishAot=false

// The workshop: everything one does with this repository, under one name. `dotnet run make.cs -- help` lists it.
using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;

var root = FindRoot();
var deadline = Stopwatch.StartNew();
return args switch
{
    ["build"] => Dotnet("build", "Sequitur.slnx", "-c", "Release"),
    ["test"] => Dotnet("test", "Sequitur.slnx", "-c", "Release", "-m:1"),
    ["test", var filter] => Dotnet("test", "Sequitur.slnx", "-c", "Release", "-m:1", "--filter", IsExpression(filter) ? filter : $"FullyQualifiedName~{filter}"),
    ["format"] => Format(),
    ["format", "--check"] => Format("--verify-no-changes"),
    ["bench", .. var rest] => Bench(["bench", .. rest]),
    ["peers", .. var rest] => Bench(["peers", .. rest]),
    ["prove", .. var rest] => Bench(["prove", .. rest]),
    ["sum-trx", var folder] => Summarize([(Path.GetFullPath(folder), "")]),
    ["ci"] => ContinuousIntegration(),
    [] or ["help"] or ["--help"] => Help(Console.Out, 0),
    _ => Help(Console.Error, 2),
};

static int Help(TextWriter output, int exitCode)
{
    output.WriteLine("""
        usage: dotnet run make.cs -- TASK

          build             compile everything (Release; warnings are errors)
          test [FILTER]     run all tests, or those whose full name contains FILTER (or a filter expression of dotnet test)
          format [--check]  bring the code into the house style, or only say whether it is
          bench [ARGS]      measure kernels and whole runs
          peers [ARGS]      our program and llama.cpp in turn, in at least 10 pairs of runs
          prove [ARGS]      measure every figure that the project claims, those of a topic, or the rows that --only names; each is printed as pass, fail or skipped
          ci                what .ci/run does: build, format --check, all tests, a table of the results
          sum-trx FOLDER    the table of test results for the .trx files in FOLDER
          help              this text
        """);
    return exitCode;
}

static bool IsExpression(string filter) => filter.AsSpan().IndexOfAny('=', '~') >= 0;

static string FindRoot()
{
    var start = AppContext.GetData("EntryPointFileDirectoryPath") as string ?? Environment.CurrentDirectory;
    for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "Sequitur.slnx")))
        {
            return folder.FullName;
        }
    }

    throw new InvalidOperationException($"No Sequitur.slnx in or above {start}.");
}

int Dotnet(params string[] arguments) => Run(arguments, []);

// The code is read in the configuration that was built, so that the generators' output is found.
int Format(params string[] options) => Run(["format", "Sequitur.slnx", .. options], [("Configuration", "Release")]);

int Bench(string[] arguments)
{
    const string Project = "bench/Sequitur.Bench";
    if (!Directory.Exists(Path.Combine(root, Project)))
    {
        Console.Error.WriteLine($"make: {Project} does not exist");
        return 2;
    }

    return Dotnet(["run", "-c", "Release", "--project", Project, "--", .. arguments]);
}

int ContinuousIntegration()
{
    var results = Directory.CreateTempSubdirectory("sequitur-ci-").FullName;
    try
    {
        if (Step("build", ["build", "Sequitur.slnx", "-c", "Release"], []) != 0)
        {
            Console.WriteLine("0 passed, 0 failed, 0 skipped");
            return 1;
        }

        var failures = Step("format", ["format", "Sequitur.slnx", "--verify-no-changes", "--no-restore"], [("Configuration", "Release")]) == 0 ? 0 : 1;
        var own = Path.Combine(results, "own");
        failures += Test("tests", "Sequitur.slnx", own, []);
        var legs = new List<(string, string)> { (own, "") };

        // The projects that find their cases in the reference data, once more over all of it where it lies beside the repository.
        string[] conformance = ["tests/Sequitur.Conformance.Tests", "tests/Sequitur.Tokenizers.Tests"];
        var cases = Path.GetFullPath(Path.Combine(root, "..", "shared", "conformance"));
        if (Directory.Exists(cases))
        {
            var shared = Path.Combine(results, "shared");
            foreach (var project in conformance.Where(project => Directory.Exists(Path.Combine(root, project))))
            {
                failures += Test($"{project} over ../shared/conformance", project, shared, [("SEQUITUR_CONFORMANCE", cases)]);
            }

            legs.Add((shared, " (../shared/conformance)"));
        }

        return Summarize(legs) != 0 || failures > 0 ? 1 : 0;
    }
    finally
    {
        Directory.Delete(results, recursive: true);
    }
}

// One project at a time: each uses all processors itself.
int Test(string title, string what, string results, (string, string)[] environment) =>
    Step(title, ["test", what, "-c", "Release", "--no-build", "-m:1", "--logger", "trx", "--results-directory", results], environment) == 0 ? 0 : 1;

int Step(string title, string[] arguments, (string, string)[] environment)
{
    Console.WriteLine($"--- {title} (after {deadline.Elapsed:mm\\:ss})");
    var code = Run(arguments, environment);
    if (code != 0)
    {
        Console.WriteLine($"--- {title}: FAILED with exit code {code}");
    }

    return code;
}

// Runs dotnet in the root; no run of this script may take longer than 28 minutes in all when CI waits for it.
int Run(string[] arguments, (string Name, string Value)[] environment)
{
    var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root };
    start.Environment["DOTNET_NOLOGO"] = "1";
    start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
    foreach (var (name, value) in environment)
    {
        start.Environment[name] = value;
    }

    using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start.");
    var left = args is ["ci"] ? TimeSpan.FromMinutes(28) - deadline.Elapsed : Timeout.InfiniteTimeSpan;
    if (!process.WaitForExit(left < TimeSpan.Zero && left != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : left))
    {
        process.Kill(entireProcessTree: true);
        Console.WriteLine("--- stopped: the time for the whole run is over");
        return 124;
    }

    return process.ExitCode;
}

// Prints a row a project and, as the last line, the sums. A test that neither passed nor failed was skipped.
int Summarize(IReadOnlyList<(string Folder, string Label)> legs)
{
    (long Passed, long Failed, long Skipped) sum = default;
    var rows = new List<(string Name, long Passed, long Failed, long Skipped)>();
    var failures = new List<string>();
    foreach (var (folder, label) in legs)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.trx", SearchOption.AllDirectories) : [];
        foreach (var file in files)
        {
            var run = XDocument.Load(file).Root!;
            var space = run.Name.Namespace;
            var counters = run.Descendants(space + "Counters").First();
            long Count(string name) => long.Parse(counters.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);

            var assembly = run.Descendants(space + "TestMethod").FirstOrDefault()?.Attribute("codeBase")?.Value.Replace('\\', '/');
            var passed = Count("passed");
            var failed = Count("failed") + Count("error") + Count("timeout") + Count("aborted");
            failures.AddRange(run.Descendants(space + "UnitTestResult").Where(IsFailure).Select(Describe));
            rows.Add(((Path.GetFileNameWithoutExtension(assembly) ?? "(no test)") + label, passed, failed, Count("total") - passed - failed));
        }
    }

    if (failures.Count > 0)
    {
        Console.WriteLine();
        Console.WriteLine("failed:");
        failures.ForEach(Console.WriteLine);
    }

    var width = rows.Select(row => row.Name.Length).DefaultIfEmpty(0).Max();
    Console.WriteLine();
    foreach (var row in rows.OrderBy(row => row.Name, StringComparer.Ordinal))
    {
        Console.WriteLine($"{row.Name.PadRight(width)} {row.Passed,8} passed {row.Failed,6} failed {row.Skipped,6} skipped");
        sum = (sum.Passed + row.Passed, sum.Failed + row.Failed, sum.Skipped + row.Skipped);
    }

    Console.WriteLine($"{sum.Passed} passed, {sum.Failed} failed, {sum.Skipped} skipped");
    return sum.Failed > 0 || sum.Passed == 0 ? 1 : 0;
}

static bool IsFailure(XElement result) => result.Attribute("outcome")?.Value is "Failed" or "Error" or "Timeout" or "Aborted";

// The name, and the first lines of what was said: enough to know where to look when only the end of the output is kept.
static string Describe(XElement result)
{
    const int MostLines = 6;
    string[] parts = ["Message", "StackTrace"];
    var lines = parts.SelectMany(part => (result.Descendants(result.Name.Namespace + part).FirstOrDefault()?.Value ?? "").Split('\n').Take(MostLines));
    return string.Join(Environment.NewLine, [$"  {result.Attribute("testName")?.Value}", .. lines.Select(line => $"      {line.TrimEnd()}").Where(line => line.Length > MostLines)]);
}
