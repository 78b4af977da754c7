using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>What an attention does, in words: never how or where.</summary>
public sealed record AttentionSpec
{
    /// <summary>What scores are multiplied with; usually 1 / √head_dim.</summary>
    public required float Scale { get; init; }

    /// <summary>Whether a row sees only positions up to its own.</summary>
    public bool Causal { get; init; } = true;

    /// <summary>How many positions a row sees, its own included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>What changes the scores after scaling, in order.</summary>
    public IReadOnlyList<AttentionTerm> Terms { get; init; } = [];

    internal AttentionShape Shape(int heads, int keyHeads, int keyDim, int valueDim, Binding binding, int firstTerm)
    {
        var terms = new List<ScoreTerm>();
        foreach (var term in Terms)
        {
            terms.Add(term.Bind([.. Enumerable.Range(firstTerm, term.Tensors.Count).Select(binding.Input)]));
            firstTerm += term.Tensors.Count;
        }

        return new AttentionShape(heads, keyHeads, keyDim, valueDim, Scale, Causal, Window, terms);
    }
}

/// <summary>
/// Attention: softmax(q·kᵀ · scale, terms, masked) · v. q <c>[rows, heads, key_dim]</c>, k <c>[key_rows, key_heads, key_dim]</c>, v <c>[key_rows, key_heads, value_dim]</c>
/// → <c>[rows, heads, value_dim]</c>, and the log-sum-exp of each row and head <c>[rows, heads]</c>. Query head h reads key head h / (heads / key_heads).
/// Reduces in fixed spans of 256 positions, whatever the batch. Without a cache, all keys of a sequence are in the batch.
/// </summary>
/// <param name="spec">Mask, scale and terms.</param>
/// <param name="slot">The cache slot that keeps keys and values, where the run has a cache.</param>
public sealed class Attention(AttentionSpec spec, string? slot) : Op
{
    internal const int FirstRagged = 3;
    internal const int FirstTerm = FirstRagged + (2 * Ragged.TensorCount);

    /// <summary>Mask, scale and terms.</summary>
    public AttentionSpec Spec => spec;

    /// <summary>The same attention with another term behind all others; the term reads no tensors.</summary>
    public Attention With(AttentionTerm term) => new(spec with { Terms = [.. spec.Terms, term] }, slot);

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var (q, k, v) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
        Require(
            q.Rank == 3 && k.Rank == 3 && v.Rank == 3 && q.Last == k.Last && k[1] == v[1] && q[1] % k[1] == 0,
            "q [rows, heads, d], k [key_rows, key_heads, d] and v [key_rows, key_heads, value_dim]",
            inputs);
        return [TensorSpec.F32(q.WithRow(q[1], v.Last)), TensorSpec.F32(q.WithRow(q[1]))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b)
    {
        var keyRows = b.Ragged(FirstRagged + Ragged.TensorCount);
        return new AttentionKernel(
            b.Processor, b.Input(0), new KeyValueRows(b.Input(1), b.Input(2), keyRows), b.Ragged(FirstRagged), keyRows, Shape(b), b.Output(), b.Output(1));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs)
    {
        if (lowering.Choices.Cache is null || slot is null)
        {
            return base.Lower(lowering, node, inputs);
        }

        var keyRows = inputs.Skip(FirstRagged + Ragged.TensorCount).Take(Ragged.TensorCount).ToArray();
        var written = lowering.Target.Add(new CacheWrite(slot), [inputs[1], inputs[2], lowering.PageTable(slot), .. keyRows]).Outputs[0];
        var output = lowering.Target.Add(new PagedAttention(spec, slot) { ValueDim = inputs[2].Shape.Last }, [inputs[0], written, lowering.PageTable(slot), .. inputs.Skip(FirstRagged)]).Outputs[0];
        return [output, output];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients)
    {
        if (node.Inputs.Skip(FirstTerm).Any(gradient.Wants))
        {
            throw new NotSupportedException($"{Name} has no gradient rule for the tensors of its score terms yet");
        }

        IReadOnlyList<Tensor> operands = [outputGradients[0]!, node.Outputs[0], node.Outputs[1], .. node.Inputs];
        var dq = gradient.Wants(node.Inputs[0]) ? node.Graph.Add(new AttentionQueryGradient(spec), operands).Outputs[0] : null;
        var keys = gradient.Wants(node.Inputs[1]) || gradient.Wants(node.Inputs[2]) ? node.Graph.Add(new AttentionKeyGradient(spec), operands) : null;
        return [dq, keys?.Outputs[0], keys?.Outputs[1], .. node.Inputs.Skip(3).Select(_ => (Tensor?)null)];
    }

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size)
    {
        var (q, v) = (node.Inputs[0].Shape, node.Inputs[2].Shape);
        return 2.0 * size(q.Rows) * size(node.Inputs[1].Shape.Rows) * q[1] * (q.Last + v.Last);
    }

    private AttentionShape Shape(Binding b)
    {
        var (q, k, v) = (b.InputShape(0), b.InputShape(1), b.InputShape(2));
        return spec.Shape(q[1], k[1], q.Last, v.Last, b, FirstTerm);
    }
}

public static partial class Operations
{
    /// <summary>Attention of q over the keys and values of the same or another ragged dimension.</summary>
    public static Tensor Attend(this Tensor q, Tensor k, Tensor v, Ragged rows, Ragged keyRows, AttentionSpec spec, string? slot = null) =>
        q.Graph.Add(new Attention(spec, slot), [q, k, v, .. rows.Tensors, .. keyRows.Tensors, .. spec.Terms.SelectMany(t => t.Tensors)]).Outputs[0];
}
