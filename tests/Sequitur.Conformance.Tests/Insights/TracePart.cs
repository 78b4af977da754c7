using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>Named inner values, by the engine's own names.</summary>
internal sealed class TracePart() : InsightPart("trace")
{
    private const string LastStream = "trace.resid_last";

    public override bool Reads(string tensor) => tensor == LastStream;

    public override bool IsIn(InsightCase given) => base.IsIn(given) || given.OpenTrace() is not null;

    public override Tolerance ToleranceOf(InsightCase given, string tensor) => tensor == LastStream ? given.ToleranceOf(tensor) : given.TraceToleranceOf(tensor);

    public override void Check(InsightRun run, Comparison comparison)
    {
        run.Compare(comparison, LastStream, run.Anatomy.Stream.SelectMany(name => run.Recording.Row(name, run.Ids.Length - 1).ToArray()).Select(number => (double)number));
        using var trace = run.Case.OpenTrace();
        foreach (var name in trace?.Names.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())
        {
            var expected = trace!.Floats(name);
            comparison.Compare("engine", expected, Value(run, name, expected));
        }
    }

    private static float[] Value(InsightRun run, string name, Expected expected)
    {
        var value = run.Recording.Value(name);
        if (!value.RowIsOutput || expected.Values.Length == value.Columns)
        {
            return value.Numbers.ToArray();
        }

        // Only the last position has such a row: every beginning of the prompt is run.
        return [.. Enumerable.Range(1, run.Ids.Length).SelectMany(count => Recording.Of(run.Engine, run.Ids[..count], [name]).Value(name).Numbers.ToArray())];
    }
}
