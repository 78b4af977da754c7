using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;

namespace Sequitur.Models.Tests;

/// <summary>Ragged batches, and page tables that put every sequence's pages anywhere.</summary>
internal static class Batches
{
    /// <summary>The five inputs of a ragged dimension: each sequence has some positions behind it and brings some rows.</summary>
    public static RunInputs Rows(this RunInputs inputs, string name, params (int Start, int Count)[] sequences)
    {
        var firsts = sequences.Select((_, s) => sequences.Take(s).Sum(q => q.Count)).ToArray();
        return inputs
            .Size(name, sequences.Sum(q => q.Count))
            .Size(Ragged.Sequences, sequences.Length)
            .Set($"{name}.sequence", [.. sequences.SelectMany((q, s) => Enumerable.Repeat(s, q.Count))])
            .Set($"{name}.position", [.. sequences.SelectMany(q => Enumerable.Range(q.Start, q.Count))])
            .Set($"{name}.first", firsts)
            .Set($"{name}.count", [.. sequences.Select(q => q.Count)])
            .Set($"{name}.length", [.. sequences.Select(q => q.Start + q.Count)]);
    }

    /// <summary>All rows are wanted.</summary>
    public static RunInputs AllOutputs(this RunInputs inputs, int rows) =>
        inputs.Size(Models.Inputs.OutputRowsDimension, rows).Set("output_rows", [.. Enumerable.Range(0, rows)]);

    /// <summary>Frequencies of each sequence.</summary>
    public static RunInputs Rope(this RunInputs inputs, Model model, int sequences, int capacity)
    {
        foreach (var set in model.RopeSets)
        {
            var (frequencies, scale) = set.At(capacity);
            inputs.Set($"rope.{set.Name}", [.. Enumerable.Range(0, sequences).SelectMany(_ => frequencies)]);
            inputs.Set($"rope.{set.Name}.scale", [.. Enumerable.Repeat(scale, sequences)]);
        }

        return inputs;
    }

    /// <summary>Page tables over the whole pools, last page first.</summary>
    public static RunInputs Pages(this RunInputs inputs, CacheMemory memory, int sequences)
    {
        foreach (var group in memory.Layout.Groups)
        {
            var entries = sequences * memory.Layout.TableWidth(group);
            inputs.Set(Lowering.PageTableName(group), [.. Enumerable.Range(0, entries).Select(i => memory.Pages(group.Name) - 1 - i)]);
        }

        return inputs;
    }

    /// <summary>A plan over a graph, with room for some rows.</summary>
    public static Plan Plan(Graph graph, NumericChoices choices, CacheMemory? memory, WorkPool pool, int rows, int sequences) =>
        Tensors.Execution.Plan.Build(Lowering.Lower(graph, choices), new PlanOptions
        {
            Capacity = graph.Symbols.ToDictionary(symbol => symbol, symbol => symbol == Ragged.Sequences ? sequences : (long)rows),
            Pool = pool,
            Processor = Processor.Default,
            Caches = memory,
        });
}
