using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;

namespace Sequitur.Models.Tests;

/// <summary>Runs decoders over whole sequences, or over pieces of them with a cache.</summary>
internal static class Decoders
{
    /// <summary>The oracle: the original graph, all sequences in one ragged batch.</summary>
    public static Interpreter Whole(Model model, int[][] sequences) => Interpreter.Run(model.Trace().Graph, WholeInputs(model, sequences));

    /// <summary>The logits of the lowered graph, node by node.</summary>
    public static float[] LoweredWhole(Model model, int[][] sequences, bool integer) =>
        Interpreter.Run(Lowering.Lower(model.Trace().Graph, new NumericChoices(integer, null)), WholeInputs(model, sequences)).Floats("logits");

    /// <summary>The logits of a plan without a cache.</summary>
    public static float[] PlannedWhole(Model model, int[][] sequences, bool integer = false)
    {
        using var pool = new WorkPool(2);
        var plan = Batches.Plan(model.Trace().Graph, new NumericChoices(integer, null), null, pool, sequences.Sum(s => s.Length), sequences.Length);
        plan.Run(WholeInputs(model, sequences));
        return plan.Floats("logits");
    }

    /// <summary>The logits of a plan with a float32 cache that is given the sequences in chunks (the last one: all that is left), ordered as those of a whole batch.</summary>
    public static float[] Chunked(Model model, int[][] sequences, params int[] chunks) => Chunked(model, sequences, integer: false, chunks);

    /// <summary>The same, perhaps with encoded activations for quantized weights.</summary>
    public static float[] Chunked(Model model, int[][] sequences, bool integer, params int[] chunks)
    {
        var longest = sequences.Max(s => s.Length);
        var layout = new CacheLayout(model.Caches, ElementType.F32, longest);
        using var memory = new CacheMemory(layout, (long)longest * sequences.Length, sequences.Length);
        using var pool = new WorkPool(2);
        var plan = Batches.Plan(model.Trace().Graph, new NumericChoices(integer, layout), memory, pool, longest * sequences.Length, sequences.Length);
        var logits = sequences.Select(_ => new List<float>()).ToArray();
        var starts = new int[sequences.Length];
        foreach (var chunk in chunks)
        {
            var taken = sequences.Select((s, i) => (Start: starts[i], Count: chunk == 0 ? s.Length - starts[i] : Math.Min(chunk, s.Length - starts[i]))).ToArray();
            plan.Run(Batch(model, [.. sequences.Select((s, i) => s[taken[i].Start..(taken[i].Start + taken[i].Count)])], taken, longest).Pages(memory, sequences.Length));
            var (all, row) = (plan.Floats("logits"), 0);
            for (var i = 0; i < sequences.Length; i++)
            {
                logits[i].AddRange(all.AsSpan(row * model.VocabularySize, taken[i].Count * model.VocabularySize));
                row += taken[i].Count;
                starts[i] += taken[i].Count;
            }
        }

        return [.. logits.SelectMany(l => l)];
    }

    private static RunInputs WholeInputs(Model model, int[][] sequences) =>
        Batch(model, sequences, [.. sequences.Select(s => (0, s.Length))], sequences.Max(s => s.Length));

    private static RunInputs Batch(Model model, int[][] ids, (int Start, int Count)[] rows, int capacity) => new RunInputs()
        .Rows("tokens", rows)
        .Set("ids", [.. ids.SelectMany(i => i)])
        .AllOutputs(rows.Sum(r => r.Count))
        .Rope(model, ids.Length, capacity);
}
