using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Attention weights are never stored: they are a query, recomputed from the queries and keys of a run. Values that are 1 at their own position and 0 elsewhere make the
/// attention itself put its weights out, so that scale, mask, window and terms are what the run used.
/// </summary>
public static class AttentionQuery
{
    // Positions whose weights come out at once.
    private const int Chunk = 256;

    /// <summary>The weights of chosen rows.</summary>
    /// <param name="run">A run of an original graph.</param>
    /// <param name="name">A value that is the attention's result, or is computed from it through first inputs: <c>layers.3.attn_heads</c>.</param>
    /// <param name="rows">Rows of the queries, ascending; all by default.</param>
    /// <returns><c>[rows, heads, keys]</c>, where keys counts the positions of the longest sequence; beyond the end of a row's own sequence weights are 0.</returns>
    /// <exception cref="UsageException">The value comes from no attention.</exception>
    public static float[] Weights(Interpreter run, string name, IReadOnlyList<int>? rows = null)
    {
        var node = Find(run.Graph.Value(name).Node) ?? throw new UsageException($"the value '{name}' comes from no attention");
        var q = node.Inputs[0].Shape;
        var queries = Rows.Of(run, node, Attention.FirstRagged).Choose(rows);
        var keys = Rows.Of(run, node, Attention.FirstRagged + Ragged.TensorCount);
        var longest = keys.Count.DefaultIfEmpty(0).Max();
        var result = new float[checked(queries.Sequence.Length * q[1] * longest)];
        var inputs = queries.Fill("rows", keys.Fill("keys", new RunInputs()))
            .Set("q", Pick(run.Floats(node.Inputs[0]), q.Columns, rows))
            .Set("k", run.Floats(node.Inputs[1]));
        for (var first = 0; first < longest; first += Chunk)
        {
            var width = Math.Min(Chunk, longest - first);
            var graph = Repeat(run, node, width, inputs.Set("v", OneHot(keys.Position, node.Inputs[1].Shape[1], first, width)));
            var part = Interpreter.Run(graph, inputs).Floats("weights");
            for (var line = 0; line < queries.Sequence.Length * q[1]; line++)
            {
                part.AsSpan(line * width, width).CopyTo(result.AsSpan((line * longest) + first));
            }
        }

        return result;
    }

    private static Node? Find(Node node) => node.Op is Attention ? node : node.Inputs.Count == 0 ? null : Find(node.Inputs[0].Node);

    private static Graph Repeat(Interpreter run, Node node, int width, RunInputs inputs)
    {
        var graph = new Graph();
        var (q, k) = (node.Inputs[0].Shape, node.Inputs[1].Shape);
        var terms = new List<Tensor>();
        foreach (var tensor in node.Inputs.Skip(Attention.FirstTerm))
        {
            terms.Add(graph.NumberInput($"term{terms.Count}", tensor.Shape));
            inputs.Set($"term{terms.Count - 1}", run.Floats(tensor));
        }

        var weights = graph.Add(new Attention(((Attention)node.Op).Spec, null), [
            graph.NumberInput("q", new Shape("rows", q[1], q[2])),
            graph.NumberInput("k", new Shape("keys", k[1], k[2])),
            graph.NumberInput("v", new Shape("keys", k[1], width)),
            .. Ragged.In(graph, "rows").Tensors, .. Ragged.In(graph, "keys").Tensors, .. terms]);
        graph.Output("weights", weights.Outputs[0]);
        return graph;
    }

    private static float[] OneHot(int[] positions, int heads, int first, int width)
    {
        var values = new float[checked(positions.Length * heads * width)];
        for (var row = 0; row < positions.Length; row++)
        {
            for (var head = 0; head < heads && positions[row] >= first && positions[row] < first + width; head++)
            {
                values[(((row * heads) + head) * width) + positions[row] - first] = 1;
            }
        }

        return values;
    }

    private static T[] Pick<T>(T[] values, int width, IReadOnlyList<int>? rows) =>
        rows is null ? values : [.. rows.SelectMany(row => values.Skip(row * width).Take(width))];

    /// <summary>How rows belong to sequences, as numbers.</summary>
    private sealed record Rows(int[] Sequence, int[] Position, int[] First, int[] Count, int[] Length)
    {
        public static Rows Of(Interpreter run, Node node, int first)
        {
            int[] Get(int i) => run.Integers(node.Inputs[first + i]);
            return new(Get(0), Get(1), Get(2), Get(3), Get(4));
        }

        public Rows Choose(IReadOnlyList<int>? rows)
        {
            if (rows is null)
            {
                return this;
            }

            var sequence = Pick(Sequence, 1, rows);
            int[] first = [.. First.Select((_, s) => Math.Max(Array.IndexOf(sequence, s), 0))];
            return this with { Sequence = sequence, Position = Pick(Position, 1, rows), First = first, Count = [.. First.Select((_, s) => sequence.Count(t => t == s))] };
        }

        public RunInputs Fill(string name, RunInputs inputs) => inputs
            .Size(name, Sequence.Length).Size(Ragged.Sequences, First.Length)
            .Set($"{name}.sequence", Sequence).Set($"{name}.position", Position)
            .Set($"{name}.first", First).Set($"{name}.count", Count).Set($"{name}.length", Length);
    }
}
