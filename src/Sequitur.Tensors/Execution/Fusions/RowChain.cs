using Sequitur.Kernels.Programs;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>
/// Row-wise operations done one after the other on the same rows by the same thread: no barrier between them, and the hidden rows stay in its cache. The kernels are the very same, so the bits are.
/// </summary>
public sealed class RowChain : Op
{
    private readonly IReadOnlyList<Part> _parts;

    private RowChain(IReadOnlyList<Part> parts) => _parts = parts;

    /// <inheritdoc/>
    public override string Name => string.Join("+", _parts.Select(p => p.Op.Name));

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <summary>The last operation of the chain.</summary>
    public Op Last => _parts[^1].Op;

    /// <summary>Joins a row-wise consumer to the row-wise producer of one of its inputs, if that is hidden.</summary>
    public static Fused? Join(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs, int input, Func<Op, bool> producer)
    {
        var hidden = inputs[input];
        var before = hidden.Node.Op;
        if (!op.IsRowWise || !before.IsRowWise || !pass.IsHidden(hidden) || hidden.Index != 0 || inputs.Count(t => t == hidden) != 1
            || !producer(before is RowChain earlier ? earlier.Last : before))
        {
            return null;
        }

        var consumer = op as RowChain ?? Single(op, inputs, OutputSpecs(op, inputs));
        var chain = before as RowChain ?? Single(before, hidden.Node.Inputs, [.. hidden.Node.Outputs.Select(t => new TensorSpec(t.Shape, t.Type))]);
        return Concatenate(chain, hidden.Node.Inputs, consumer, inputs, input);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [.. Enumerable.Reverse(_parts).Select(p => p.Output)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding)
    {
        var kernels = new Kernel[_parts.Count];
        for (var i = 0; i < kernels.Length; i++)
        {
            var inputs = _parts[i].Inputs.Select(k => k >= 0 ? binding.BoundInput(k) : binding.BoundOutput(_parts.Count - 1 - ~k)).ToArray();
            kernels[i] = _parts[i].Op.Bind(binding.Part(inputs, [binding.BoundOutput(_parts.Count - 1 - i)]));
        }

        return new RowChainKernel(Name, kernels);
    }

    private static RowChain Single(Op op, IReadOnlyList<Tensor> inputs, IReadOnlyList<TensorSpec> outputs) =>
        outputs.Count == 1
            ? new([new(op, [.. Enumerable.Range(0, inputs.Count)], outputs[0])])
            : throw new ArgumentException($"{op} has {outputs.Count} outputs and cannot stand in a chain");

    private static IReadOnlyList<TensorSpec> OutputSpecs(Op op, IReadOnlyList<Tensor> inputs) => op.Infer(inputs);

    // Parts refer to inputs of the chain (0, 1, …) or to earlier parts (~0, ~1, …). Behind another chain, the first shift by its number of
    // inputs (the hidden one becomes its last part), the second by its number of parts.
    private static Fused Concatenate(RowChain first, IReadOnlyList<Tensor> firstInputs, RowChain second, IReadOnlyList<Tensor> secondInputs, int hidden)
    {
        var inputs = firstInputs.Concat(secondInputs.Where((_, i) => i != hidden)).ToArray();
        var count = first._parts.Count;
        int Shift(int reference) => reference < 0 ? ~(~reference + count)
            : reference == hidden ? ~(count - 1)
            : firstInputs.Count + (reference > hidden ? reference - 1 : reference);
        var parts = first._parts.Concat(second._parts.Select(p => p with { Inputs = [.. p.Inputs.Select(Shift)] }));
        return new Fused(new RowChain([.. parts]), inputs);
    }

    private sealed record Part(Op Op, IReadOnlyList<int> Inputs, TensorSpec Output);
}
