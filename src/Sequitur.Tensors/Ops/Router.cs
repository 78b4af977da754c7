using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Routing;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Chooses experts for each row: scores <c>[rows, experts]</c> (probabilities) and perhaps a bias <c>[experts]</c> → the chosen experts <c>[rows, k]</c> (integers, by descending
/// corrected score) and their weights <c>[rows, k]</c>. The bias corrects the scores for choosing only (Wang et al. 2024, arXiv:2408.15664); experts come from the best groups only
/// (DeepSeek-AI 2024, arXiv:2412.19437). Row by row, so a sequence is routed as it would be alone.
/// </summary>
public sealed class Router(RouterOptions options, bool hasBias) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var scores = inputs[0].Shape;
        Require(!hasBias || inputs[1].Shape.Columns == scores.Columns, "a bias for each expert", inputs);
        Require(options.ExpertsPerToken <= scores.Columns, $"at least {options.ExpertsPerToken} experts", inputs);
        var chosen = scores.WithRow(options.ExpertsPerToken);
        return [new(chosen, ElementType.I32), TensorSpec.F32(chosen)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new TopKRouterKernel(b.Processor, b.Input(0), b.Optional(1, hasBias), b.Output(), b.Output(1), options);
}

public static partial class Operations
{
    /// <summary>Chosen experts and their weights <c>[rows, k]</c>.</summary>
    public static (Tensor Experts, Tensor Weights) Route(this Tensor scores, Tensor? bias, RouterOptions options)
    {
        var node = scores.Graph.Add(new Router(options, bias is not null), bias is null ? [scores] : [scores, bias]);
        return (node.Outputs[0], node.Outputs[1]);
    }
}
