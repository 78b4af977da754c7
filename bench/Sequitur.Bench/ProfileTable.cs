namespace Sequitur.Bench;

/// <summary>What kernels of one kind and size take in a run of the model.</summary>
/// <param name="Name">Their name and number of items.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Microseconds">The time of all of them.</param>
/// <param name="Bytes">Bytes of weights, or of the cache, that all of them read; 0 where neither is read.</param>
internal sealed record ProfileLine(string Name, int Count, double Microseconds, long Bytes);

/// <summary>Where the time of a run of the model goes.</summary>
/// <param name="What">The run.</param>
/// <param name="Threads">Threads.</param>
/// <param name="TokensPerSecond">The speed of real runs.</param>
/// <param name="Whole">Microseconds of the whole program.</param>
/// <param name="Lines">Its kernels one by one, the longest first.</param>
internal sealed record ProfileTable(string What, int Threads, double TokensPerSecond, double Whole, IReadOnlyList<ProfileLine> Lines)
{
    // What takes less than this share of the time makes one line together.
    private const double Least = 0.001;

    private double Sum => Lines.Sum(line => line.Microseconds);

    private string Head =>
        $"{What}, {Threads} thread{(Threads > 1 ? "s" : "")}: {Numbers.Format(TokensPerSecond)} tokens/s; the program {Numbers.Format(Whole)} µs, its kernels one by one {Numbers.Format(Sum)} µs";

    private IEnumerable<ProfileLine> Shown
    {
        get
        {
            ProfileLine[] small = [.. Lines.Where(line => line.Microseconds <= Least * Sum)];
            return Lines.Except(small).Concat(small.Length == 0 ? [] : [Add("the rest", small)]).Append(Add("together", Lines));
        }
    }

    /// <summary>Writes it for people.</summary>
    public static void WritePlain(ProfileTable table, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(table.Head);
        output.WriteLine($"{"kernel × items",-48} {"kernels",8} {"MB read",9} {"µs",10} {"GB/s",7} {"share",8}");
        foreach (var line in table.Shown)
        {
            var (bytes, speed) = Read(line);
            output.WriteLine($"{line.Name,-48} {line.Count,8} {bytes,9} {Numbers.Format(line.Microseconds),10} {speed,7} {table.Share(line),6} %");
        }
    }

    /// <summary>Writes it as a table in Markdown.</summary>
    public static void WriteMarkdown(ProfileTable table, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{char.ToUpperInvariant(table.Head[0])}{table.Head[1..]}:");
        output.WriteLine();
        output.WriteLine("| kernel × items | kernels | MB read | µs | GB/s | share |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (var line in table.Shown)
        {
            var (bytes, speed) = Read(line);
            output.WriteLine($"| {line.Name} | {line.Count} | {bytes} | {Numbers.Format(line.Microseconds)} | {speed} | {table.Share(line)} % |");
        }
    }

    private static ProfileLine Add(string name, IReadOnlyCollection<ProfileLine> lines) => new(name, lines.Sum(line => line.Count), lines.Sum(line => line.Microseconds), lines.Sum(line => line.Bytes));

    private static (string Megabytes, string Speed) Read(ProfileLine line) =>
        line.Bytes > 0 ? (Numbers.Format(line.Bytes / 1e6), Numbers.Format(line.Bytes / 1e3 / line.Microseconds)) : ("", "");

    private string Share(ProfileLine line) => Numbers.Format(100 * line.Microseconds / Sum);
}
