using System.Diagnostics;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Bench.Figures;

/// <summary>
/// What the executor itself costs: a decode step of the shipped model with kernels that do nothing, divided by the kernels that it executes. Work is handed out,
/// threads meet after each phase, and the whole is started and ended as always.
/// </summary>
[Figure("executor", "step overhead")]
internal sealed class StepOverhead : IFigure
{
    private const double GoalMicroseconds = 0.5;
    private const int Runs = 3_000;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        foreach (var threads in bench.ThreadCounts)
        {
            using var engine = bench.Engine(threads);
            var program = engine.Plan.Variants[0];
            OneToken(engine.Plan);
            var times = Time(program.Emptied(), engine.Pool, engine.Plan.Sizes);
            var what = $"overhead per step, {threads} thread{(threads > 1 ? "s" : "")}";
            var note = $"median of {Runs} runs, {Numbers.Format(times.Min / program.Steps)} at best; "
                + $"{program.Steps} steps in {program.Phases.Count} phases, {Numbers.Format(times.Median)} µs a token";
            yield return threads == 1
                ? Measurement.Reported(what, times.Median / program.Steps, "µs", note)
                : Measurement.AtMost(what, times.Median / program.Steps, "µs", GoalMicroseconds, note);
        }
    }

    private static void OneToken(Plan plan)
    {
        foreach (var symbol in plan.Graph.Symbols)
        {
            plan.SetSize(symbol, 1);
        }
    }

    private static Sample Time(StepProgram program, WorkPool pool, Kernels.RunSizes sizes)
    {
        var times = new double[Runs];
        for (var run = -Runs; run < Runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            program.Run(pool, sizes);
            if (run >= 0)
            {
                times[run] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
        }

        return new Sample(times);
    }
}
