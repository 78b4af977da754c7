using System.Globalization;
using Sequitur.Bench.Figures;
using Sequitur.Bench.Peers;
using Sequitur.Bench.Reports;

namespace Sequitur.Bench;

/// <summary>The command line of the bench: <c>prove</c> checks what the project claims, <c>bench</c> shows where the time goes.</summary>
internal static class BenchLine
{
    private const int Usage = 2;
    private const int MissedGoal = 5;

    private static readonly Options _defaults = new(null, false, 30, 5) { Only = new() };

    private const string Help = """
        usage: prove [TOPIC] [--only TEXT] [--list] [--json] [--wait SECONDS] [--pairs N]
                                                                      measure the figures that the project claims: all, or those whose name and row hold TEXT (may be repeated; all must be held); --list only names them
               bench [--model FILE] [--markdown] [--wait SECONDS]     measure whole runs, and each kernel of them
               peers [--model FILE] [--prompt N] [--generate N] [--depth N] [--batch N] [--threads N] [--pairs N] [--wait SECONDS] [--busy] [--json]
                                                                      our program and llama.cpp in turn; --busy measures on a busy machine too
        """;

    /// <summary>Runs a command line.</summary>
    /// <returns>0; 5 if a claim does not hold; 2 for wrong usage; 1 for anything else.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            return args switch
            {
                ["prove", .. var rest] => Prove(Options.Parse(rest, _defaults), output, error),
                [ResidentMemory.Command, var model, var context, var threads] => ResidentMemory.Print(model, context, threads, output),
                [DecodeTurns.Command, var model, .. { Length: 4 } numbers] => DecodeTurns.Serve(model, numbers, Console.In, output),
                ["peers", .. var rest] => PeerLine.Run(Options.Parse(rest, PeerLine.Defaults), output, error),
                ["bench", .. var rest] => Profile.Run(Options.Parse(rest, Profile.Defaults), output),
                _ => throw new UsageException(Help),
            };
        }
        catch (UsageException wrong)
        {
            error.WriteLine(wrong.Message);
            return Usage;
        }
        catch (Exception failure) when (failure is SequiturException or UnsupportedModelException)
        {
            error.WriteLine($"error: {failure.Message}");
            return 1;
        }
    }

    private static int Prove(Options options, TextWriter output, TextWriter error)
    {
        var figures = FigureRegistry.All.Where(figure => options.Topic is null || figure.Topic == options.Topic).DistinctBy(figure => figure.Name).ToArray();
        if (figures.Length == 0)
        {
            throw new UsageException($"no topic is called '{options.Topic}'; there are: {string.Join(", ", FigureRegistry.Topics)}");
        }

        figures = [.. figures.Where(figure => figure.IsAskedFor(options.Only!))];
        if (figures.Length == 0)
        {
            throw new UsageException("no figure and no row of one holds the texts of --only: --list names them");
        }

        if (options.List)
        {
            List(figures, options.Only!, output);
            return 0;
        }

        var machine = Machine.Look(options.Wait);
        using var bench = new Workbench { Pairs = options.Pairs, Only = options.Only!, Progress = error };
        var rows = new List<Row>();
        foreach (var figure in figures)
        {
            error.WriteLine($"measuring {figure.Name} …");
            rows.AddRange(Measure(figure, bench, error).Select(measurement => new Row(figure.Topic, figure.Name, measurement)));
        }

        var report = new Report(DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), machine, rows);
        if (options.Json)
        {
            report.WriteJson(output);
        }
        else
        {
            report.WriteTable(output);
        }

        return report.HasFailed ? MissedGoal : 0;
    }

    private static void List(IEnumerable<Figure> figures, RowFilter only, TextWriter output)
    {
        foreach (var figure in figures)
        {
            output.WriteLine($"{figure.Topic}: {figure.Name}");
            foreach (var row in figure.Rows.Where(row => only.Takes(figure.Name, row)))
            {
                output.WriteLine($"    {row}");
            }
        }
    }

    // What a figure measured before it broke counts; that it broke is a failure of its own.
    private static List<Measurement> Measure(Figure figure, Workbench bench, TextWriter error)
    {
        var measured = new List<Measurement>();
        try
        {
            foreach (var measurement in figure.Measure(bench))
            {
                measured.Add(measurement);
                error.WriteLine($"  {measurement.What}: {(measurement.Value is { } value ? Numbers.Format(value) : "–")} {measurement.Unit} ({measurement.Verdict.ToString().ToLowerInvariant()}) {measurement.Note}");
            }
        }
        catch (Exception failure)
        {
            measured.Add(Measurement.Failed(figure.Name, failure.Message.ReplaceLineEndings(" ")));
        }

        return measured;
    }

    /// <summary>What was asked for.</summary>
    /// <param name="Topic">The topic, if there is one.</param>
    /// <param name="Json">Whether programs read the output.</param>
    /// <param name="Wait">Seconds to wait for a quiet machine.</param>
    /// <param name="Pairs">Pairs of runs beside a peer.</param>
    internal sealed record Options(string? Topic, bool Json, double Wait, int Pairs)
    {
        /// <summary>The rows that <c>prove</c> measures; null where it is not asked for.</summary>
        public RowFilter? Only { get; init; }

        /// <summary>Whether <c>prove</c> only names them.</summary>
        public bool List { get; init; }

        /// <summary>Whether <c>bench</c> writes tables in Markdown; null where it is not asked for.</summary>
        public bool? Markdown { get; init; }

        /// <summary>The model that <c>peers</c> and <c>bench</c> run; the shipped one by default.</summary>
        public string? Model { get; init; }

        /// <summary>What <c>peers</c> measures; null where it is not asked for.</summary>
        public SpeedSizes? Sizes { get; init; }

        /// <summary>Whether <c>peers</c> measures on a busy machine too.</summary>
        public bool Busy { get; init; }

        public static Options Parse(ReadOnlySpan<string> args, Options options)
        {
            for (var i = 0; i < args.Length; i++)
            {
                options = args[i] switch
                {
                    "--json" => options with { Json = true },
                    "--wait" => options with { Wait = Number(args, ++i) },
                    "--pairs" => options with { Pairs = Whole(args, ++i, 1) },
                    "--only" when options.Only is { } only => options with { Only = new([.. only.Texts, Text(args, ++i)]) },
                    "--list" when options.Only is not null => options with { List = true },
                    "--markdown" when options.Markdown is not null => options with { Markdown = true },
                    "--model" when options.Sizes is not null || options.Markdown is not null => options with { Model = Text(args, ++i) },
                    "--busy" when options.Sizes is not null => options with { Busy = true },
                    "--prompt" when options.Sizes is { } sizes => options with { Sizes = sizes with { Prompt = Whole(args, ++i, 1) } },
                    "--generate" when options.Sizes is { } sizes => options with { Sizes = sizes with { Generate = Whole(args, ++i, 1) } },
                    "--depth" when options.Sizes is { } sizes => options with { Sizes = sizes with { Depth = Whole(args, ++i, 0) } },
                    "--batch" when options.Sizes is { } sizes => options with { Sizes = sizes with { Batch = Whole(args, ++i, 1) } },
                    "--threads" when options.Sizes is { } sizes => options with { Sizes = sizes with { Threads = Whole(args, ++i, 1) } },
                    ['-', ..] => throw new UsageException($"unknown option {args[i]}\n{Help}"),
                    _ when options.Topic is null => options with { Topic = args[i] },
                    _ => throw new UsageException(Help),
                };
            }

            return options;
        }

        private static string Text(ReadOnlySpan<string> args, int index) => index < args.Length ? args[index] : throw new UsageException($"{args[index - 1]} needs a value");

        private static int Whole(ReadOnlySpan<string> args, int index, int least) =>
            Number(args, index) is var number && double.IsInteger(number) && number >= least && number <= int.MaxValue
                ? (int)number
                : throw new UsageException($"{args[index - 1]} needs a whole number from {least}");

        private static double Number(ReadOnlySpan<string> args, int index) =>
            index < args.Length && double.TryParse(args[index], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
                ? number
                : throw new UsageException($"{args[index - 1]} needs a number");
    }
}
