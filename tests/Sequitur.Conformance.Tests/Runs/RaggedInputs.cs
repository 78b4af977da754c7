using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;

namespace Sequitur.Conformance.Tests.Runs;

/// <summary>Inputs of a ragged batch of whole sequences, as a graph names them.</summary>
internal static class RaggedInputs
{
    /// <summary>The five inputs of a ragged dimension whose sequences have so many rows each, from position 0 on.</summary>
    public static RunInputs Rows(this RunInputs inputs, string name, IReadOnlyList<int> counts)
    {
        int[] Each(Func<int, int, int> number) => [.. counts.SelectMany((count, sequence) => Enumerable.Range(0, count).Select(position => number(sequence, position)))];
        return inputs.Size(name, counts.Sum()).Size(Ragged.Sequences, counts.Count)
            .Set($"{name}.sequence", Each((sequence, _) => sequence))
            .Set($"{name}.position", Each((_, position) => position))
            .Set($"{name}.first", [.. counts.Select((_, sequence) => counts.Take(sequence).Sum())])
            .Set($"{name}.count", [.. counts])
            .Set($"{name}.length", [.. counts]);
    }

    /// <summary>The wanted rows: all of them.</summary>
    public static RunInputs AllOutputs(this RunInputs inputs, int rows) =>
        inputs.Size(Inputs.OutputRowsDimension, rows).Set("output_rows", [.. Enumerable.Range(0, rows)]);

    /// <summary>Rotary frequencies of sequences that will not grow.</summary>
    public static RunInputs Rope(this RunInputs inputs, IReadOnlyList<RopeSet> sets, IReadOnlyList<int> lengths)
    {
        foreach (var set in sets)
        {
            var each = lengths.Select(length => set.At(length)).ToArray();
            inputs.Set($"rope.{set.Name}", [.. each.SelectMany(s => s.Frequencies)]).Set($"rope.{set.Name}.scale", [.. each.Select(s => s.Scale)]);
        }

        return inputs;
    }
}
