using Sequitur.Kernels.Formats;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>Reads how tokens and positions become the stream before the first layer.</summary>
/// <param name="recording">The run, with the stream recorded.</param>
internal sealed class EmbeddingReader(Recording recording)
{
    private readonly Weight? _tokens = TableOf(recording.Anatomy.Graph, ofTokens: true);
    private readonly Weight? _positions = TableOf(recording.Anatomy.Graph, ofTokens: false);

    /// <summary>Each token's row.</summary>
    public IReadOnlyList<EmbeddedToken> Read() =>
        [.. Enumerable.Range(0, recording.Tokens).Select(t => new EmbeddedToken(NumberRow.Of(recording.Row(Names.Embed, t)), RowOf(_tokens, recording.Ids[t]), RowOf(_positions, t)))];

    /// <summary>How the model knows the tokens' order: frequencies are those that the run's own length gave it.</summary>
    public static ExplainedPositions PositionsOf(Recording recording)
    {
        var request = recording.Generation.Request;
        var capacity = Math.Min(recording.Engine.Context, (long)recording.Tokens + request.MaxTokens);
        return new(
            TableOf(recording.Anatomy.Graph, ofTokens: false) is not null,
            [.. recording.Engine.Model.RopeSets.Select(set =>
            {
                var (frequencies, scale) = set.At(capacity);
                return new RotaryAngles(set.Name, set.Dim, frequencies, scale);
            })]);
    }

    private static NumberRow? RowOf(Weight? table, int row)
    {
        if (table is null)
        {
            return null;
        }

        var numbers = new float[table.Columns];
        table.DecodeRow(row, numbers);
        return NumberRow.Of(numbers);
    }

    // The table that is looked up by token ids, or by positions, on the way to the first layer.
    private static Weight? TableOf(Graph graph, bool ofTokens)
    {
        var (found, open) = ((Weight?)null, new Stack<Tensor>([graph.Value(Names.Embed)]));
        while (found is null && open.TryPop(out var tensor))
        {
            var node = tensor.Node;
            if (node.Op is not Embedding)
            {
                foreach (var input in node.Inputs)
                {
                    open.Push(input);
                }
            }
            else if (node.Inputs[1].Node.Op is ParameterValue table && node.Inputs[0].Node.Op is InputValue { InputName: var name } && name == "ids" == ofTokens)
            {
                found = table.Parameter.Weight;
            }
        }

        return found;
    }
}
