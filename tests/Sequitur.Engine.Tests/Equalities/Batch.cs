using Sequitur.Engine.KvCache;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Writes ragged batches as inputs of a graph, all rows wanted: plainly, and apart from how the engine does it.</summary>
internal static class Batch
{
    /// <summary>The inputs of a batch in which sequences get some more tokens; their caches are appended to.</summary>
    public static RunInputs Inputs(RunnerOptions options, CacheLayout? layout, IReadOnlyList<(SequenceCache? Cache, int[] Ids)> parts)
    {
        var starts = parts.Select(p => p.Cache?.Length ?? 0).ToArray();
        foreach (var (cache, ids) in parts)
        {
            cache?.Append(ids.Length);
        }

        var rows = parts.Sum(p => p.Ids.Length);
        var inputs = new RunInputs()
            .Size("tokens", rows)
            .Size(Models.Inputs.OutputRowsDimension, rows)
            .Size(Ragged.Sequences, parts.Count)
            .Set("ids", [.. parts.SelectMany(p => p.Ids)])
            .Set("token_type_ids", [.. parts.SelectMany(p => p.Ids.Select((_, i) => i * 2 / p.Ids.Length))])
            .Set("output_rows", [.. Enumerable.Range(0, rows)])
            .Set("tokens.sequence", [.. parts.SelectMany((p, s) => Enumerable.Repeat(s, p.Ids.Length))])
            .Set("tokens.position", [.. parts.SelectMany((p, s) => Enumerable.Range(starts[s], p.Ids.Length))])
            .Set("tokens.first", [.. parts.Select((_, s) => parts.Take(s).Sum(p => p.Ids.Length))])
            .Set("tokens.count", [.. parts.Select(p => p.Ids.Length)])
            .Set("tokens.length", [.. parts.Select((p, s) => starts[s] + p.Ids.Length)]);
        foreach (var set in options.Model.RopeSets)
        {
            var (frequencies, scale) = set.At(options.Context);
            inputs.Set($"rope.{set.Name}", [.. parts.SelectMany(_ => frequencies)]);
            inputs.Set($"rope.{set.Name}.scale", [.. parts.Select(_ => scale)]);
        }

        foreach (var group in layout?.Groups ?? [])
        {
            inputs.Set(Lowering.PageTableName(group), [.. parts.SelectMany(p => Table(p.Cache!, group))]);
        }

        return inputs;
    }

    private static IEnumerable<int> Table(SequenceCache cache, CacheGroup group)
    {
        var table = cache.Table(group.Name).ToArray();
        return table.Select((page, i) => i < CacheLayout.PagesFor(group, cache.Length) ? page : -1);
    }
}
