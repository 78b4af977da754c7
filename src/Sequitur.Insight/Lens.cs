using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>
/// The logit lens (nostalgebraist 2020): what the model would say if it stopped after a layer. The residual stream of each layer goes through the final norm, with its own statistics, and the head,
/// with scale and soft cap.
/// </summary>
public sealed class Lens
{
    // Rows that go through the head at once.
    private const int RowsAtOnce = 64;
    private const string StreamName = "lens_stream";

    private readonly Recording _recording;
    private readonly Plan _plan;

    /// <summary>Prepares the end of the model, behind the last layer.</summary>
    /// <param name="recording">A run with the stream (<see cref="Anatomy.Stream"/>) recorded.</param>
    public Lens(Recording recording)
    {
        _recording = recording;
        var graph = recording.Anatomy.Graph;
        var end = GraphCopy.Part(graph, new Dictionary<string, Tensor> { [StreamName] = graph.Value(recording.Anatomy.Stream[^1]) }, [Names.Logits]);
        var options = recording.Engine.PlanOptions;
        _plan = Plan.Build(Lowering.Lower(end, recording.Engine.Choices), options with
        {
            Capacity = new Dictionary<string, long> { ["tokens"] = RowsAtOnce, [Inputs.OutputRowsDimension] = RowsAtOnce, [Ragged.Sequences] = 1 },
            Keep = [],
        });
    }

    /// <summary>Receives what the lens shows of a place.</summary>
    /// <param name="depth">Layers that the stream has been through: 0 for the embedding.</param>
    /// <param name="position">The position.</param>
    /// <param name="logits">The logits <c>[vocabulary]</c>; valid during the call only.</param>
    public delegate void Receiver(int depth, int position, ReadOnlySpan<float> logits);

    /// <summary>Looks at the stream at some positions, at all depths: from the embedding to behind the last layer.</summary>
    public void Look(IReadOnlyList<int> positions, Receiver receive) => Look([.. Enumerable.Range(0, _recording.Anatomy.Stream.Count)], positions, receive);

    /// <summary>Looks at the stream at some depths and positions.</summary>
    public void Look(IReadOnlyList<int> depths, IReadOnlyList<int> positions, Receiver receive)
    {
        var places = depths.SelectMany(depth => positions.Select(position => (depth, position))).ToArray();
        foreach (var chunk in places.Chunk(RowsAtOnce))
        {
            Run(chunk);
            var logits = _plan.Output(Names.Logits);
            for (var i = 0; i < chunk.Length; i++)
            {
                receive(chunk[i].depth, chunk[i].position, logits.Memory.Slice(i * logits.Stride, (long)logits.Columns * sizeof(float)).AsSpan<float>());
            }
        }
    }

    private void Run((int Depth, int Position)[] places)
    {
        var stream = _plan.Input(StreamName).AsSpan<float>();
        var width = _recording.Anatomy.Width;
        for (var i = 0; i < places.Length; i++)
        {
            _recording.Row(_recording.Anatomy.Stream[places[i].Depth], places[i].Position).CopyTo(stream.Slice(i * width, width));
        }

        var rows = _plan.Input("output_rows").AsSpan<int>();
        for (var i = 0; i < places.Length; i++)
        {
            rows[i] = i;
        }

        _plan.SetSize("tokens", places.Length);
        _plan.SetSize(Inputs.OutputRowsDimension, places.Length);
        _plan.SetSize(Ragged.Sequences, 1);
        _plan.Run();
    }
}
