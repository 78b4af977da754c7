using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Routing;

/// <summary>
/// Chooses experts for each token by their scores plus a bias (auxiliary-loss-free balancing, Wang et al. 2024, arXiv:2408.15664), from the best
/// groups of experts only (DeepSeek-V2 and V3, arXiv:2405.04434, arXiv:2412.19437). Equal scores go to the lower number, NaN ranks below
/// all. The bias only chooses: weights are the scores without it. An item is a token.
/// </summary>
/// <remarks>Choosing is comparisons, and what is computed is one addition or division each: all tiers run the same loops.</remarks>
public sealed unsafe class TopKRouterKernel : Kernel
{
    private const float SmallestSum = 1e-20f;

    private readonly Operand _scores;
    private readonly Operand _bias;
    private readonly Operand _ids;
    private readonly Operand _weights;
    private readonly RouterOptions _options;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="scores">F32 <c>[tokens, experts]</c>: probabilities, sigmoid or softmax.</param>
    /// <param name="bias">F32 <c>[1, experts]</c>, or none.</param>
    /// <param name="ids">I32 <c>[tokens, k]</c>: experts by descending corrected score.</param>
    /// <param name="weights">F32 <c>[tokens, k]</c>: their weights.</param>
    /// <param name="options">How to choose and weigh.</param>
    /// <exception cref="ArgumentException">The operands do not fit, or the options cannot be met.</exception>
    public TopKRouterKernel(Processor processor, Operand scores, Operand bias, Operand ids, Operand weights, RouterOptions options)
    {
        ArgumentNullException.ThrowIfNull(processor);
        ArgumentNullException.ThrowIfNull(options);
        Require.Type(scores, ElementType.F32, "scores");
        Require.Type(ids, ElementType.I32, "ids");
        Require.Type(weights, ElementType.F32, "weights");
        Require.Rows(ids, "ids", scores, "scores");
        Require.Rows(weights, "weights", scores, "scores");
        Require.Columns(ids, options.ExpertsPerToken, "ids");
        Require.Columns(weights, options.ExpertsPerToken, "weights");
        if (!bias.IsNone)
        {
            Require.Vector(bias, "bias");
            Require.Columns(bias, scores.Columns, "bias");
        }

        Require.Groups(scores, options.Groups > 0 ? scores.Columns / options.Groups : 0, "scores");
        Require.That(scores.Columns % options.Groups == 0, $"{scores.Columns} experts are no {options.Groups} equal groups");
        Require.That(options.TopGroups > 0 && options.TopGroups <= options.Groups, $"cannot choose {options.TopGroups} of {options.Groups} groups");
        Require.That(options.GroupScoreOf is 1 or 2, $"groups are ranked by 1 or 2 scores, not {options.GroupScoreOf}");
        var experts = scores.Columns / options.Groups * options.TopGroups;
        Require.That(options.ExpertsPerToken > 0 && options.ExpertsPerToken <= experts, $"cannot choose {options.ExpertsPerToken} of {experts} experts");
        (_scores, _bias, _ids, _weights, _options) = (scores, bias, ids, weights, options);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => (_scores.Columns + _options.Groups) * sizeof(float);

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _scores.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => Math.Max(1, 8192 / ((long)_scores.Columns * _options.ExpertsPerToken));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var corrected = new Span<float>(worker.Scratch.Address, _scores.Columns);
        var groupScores = new Span<float>(worker.Scratch.Address + (_scores.Columns * sizeof(float)), _options.Groups);
        for (var token = first; token < end; token++)
        {
            Correct(new(_scores.Floats(token), _scores.Columns), corrected);
            if (_options.TopGroups < _options.Groups)
            {
                ExcludeGroups(corrected, groupScores);
            }

            var ids = new Span<int>(_ids.Integers(token), _ids.Columns);
            foreach (ref var id in ids)
            {
                id = TakeBest(corrected);
            }

            Weigh(new(_scores.Floats(token), _scores.Columns), ids, new(_weights.Floats(token), _weights.Columns));
        }
    }

    private void Correct(ReadOnlySpan<float> scores, Span<float> corrected)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            var value = _bias.IsNone ? scores[i] : scores[i] + _bias.Floats(0)[i];
            corrected[i] = float.IsNaN(value) ? float.NegativeInfinity : value;
        }
    }

    // An expert that is excluded or already taken is marked by NaN, which no comparison prefers.
    private void ExcludeGroups(Span<float> corrected, Span<float> groupScores)
    {
        var width = corrected.Length / groupScores.Length;
        for (var group = 0; group < groupScores.Length; group++)
        {
            float best = float.NegativeInfinity, second = float.NegativeInfinity;
            foreach (var score in corrected.Slice(group * width, width))
            {
                (best, second) = score > best ? (score, best) : (best, MathF.Max(second, score));
            }

            groupScores[group] = _options.GroupScoreOf == 1 || width == 1 ? best : best + second;
            groupScores[group] = float.IsNaN(groupScores[group]) ? float.NegativeInfinity : groupScores[group];
        }

        for (var taken = 0; taken < _options.TopGroups; taken++)
        {
            TakeBest(groupScores);
        }

        for (var group = 0; group < groupScores.Length; group++)
        {
            if (!float.IsNaN(groupScores[group]))
            {
                corrected.Slice(group * width, width).Fill(float.NaN);
            }
        }
    }

    /// <summary>The index of the largest score that is left, the lowest of equals; marks it as taken.</summary>
    private static int TakeBest(Span<float> scores)
    {
        var best = -1;
        for (var i = 0; i < scores.Length; i++)
        {
            if (!float.IsNaN(scores[i]) && (best < 0 || scores[i] > scores[best]))
            {
                best = i;
            }
        }

        scores[best] = float.NaN;
        return best;
    }

    private void Weigh(ReadOnlySpan<float> scores, ReadOnlySpan<int> ids, Span<float> weights)
    {
        float sum = 0;
        foreach (var id in ids)
        {
            sum += scores[id];
        }

        for (var slot = 0; slot < ids.Length; slot++)
        {
            var weight = _options.Renormalise ? scores[ids[slot]] / (sum + SmallestSum) : scores[ids[slot]];
            weights[slot] = weight * _options.Scale;
        }
    }
}
