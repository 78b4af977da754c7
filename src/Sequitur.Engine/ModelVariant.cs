using Sequitur.Tensors;
using Sequitur.Tensors.Execution;

namespace Sequitur.Engine;

/// <summary>A model's lowered graph as a request wants it: with its rewrites, and handing out what it captures. Requests that want the same share the plan.</summary>
internal sealed class ModelVariant
{
    private readonly Func<Plan> _build;
    private readonly Func<Plan, BatchWriter> _write;
    private readonly (string Name, Tensor Tensor)[] _captured;
    private BatchWriter? _writer;

    /// <param name="lowered">The lowered graph.</param>
    /// <param name="captured">Names of values to hand out.</param>
    /// <param name="build">Builds the plan.</param>
    /// <param name="write">Makes what writes the plan's inputs.</param>
    public ModelVariant(Graph lowered, IReadOnlyList<string> captured, Func<Plan> build, Func<Plan, BatchWriter> write)
    {
        (_build, _write) = (build, write);
        _captured = [.. captured.Select(name => (name, lowered.Value(name)))];
    }

    /// <summary>The plan; there after <see cref="Prepare"/>.</summary>
    public Plan? Plan { get; private set; }

    /// <summary>Builds the plan, once. Weights that it is the first to read are packed.</summary>
    public void Prepare()
    {
        if (Plan is null)
        {
            Plan = _build();
            _writer = _write(Plan);
        }
    }

    /// <summary>Runs the taken tokens of some sequences, and copies out what they capture.</summary>
    public void Run(ReadOnlySpan<Sequence> batch)
    {
        _writer!.Write(batch);
        Plan!.Run();
        foreach (var (name, tensor) in _captured)
        {
            var rows = Plan.Output(name);
            foreach (var sequence in batch)
            {
                var values = sequence.Generation.Capture(name, tensor);
                if (values.RowIsOutput && sequence.OutputRow >= 0)
                {
                    values.Append(rows, sequence.OutputRow, 1);
                }
                else if (!values.RowIsOutput)
                {
                    values.Append(rows, sequence.FirstRow, sequence.Taken);
                }
            }
        }
    }
}
