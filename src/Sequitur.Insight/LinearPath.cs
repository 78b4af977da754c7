using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>A direction at the beginning of a linear path, and the constant that biases on the way add to the result.</summary>
/// <param name="Weights">What a number at the beginning is multiplied with in the result.</param>
/// <param name="Constant">What the result has whatever the beginning is.</param>
internal sealed record Direction(double[] Weights, double Constant)
{
    /// <summary>What a value at the beginning contributes.</summary>
    public double Of(ReadOnlySpan<float> value)
    {
        var sum = 0.0;
        for (var i = 0; i < value.Length; i++)
        {
            sum += Weights[i] * value[i];
        }

        return sum;
    }

    /// <summary>What a part of a value contributes.</summary>
    public double Of(ReadOnlySpan<float> part, int first)
    {
        var sum = 0.0;
        for (var i = 0; i < part.Length; i++)
        {
            sum += Weights[first + i] * part[i];
        }

        return sum;
    }
}

/// <summary>
/// Follows a direction backwards through the linear part of a graph, in float64, at one position. A norm counts as linear with its divisor frozen at its actual value
/// (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits").
/// </summary>
/// <param name="graph">The graph, not lowered.</param>
/// <param name="position">The position.</param>
/// <param name="row">The actual row of a named value at the position.</param>
internal sealed class LinearPath(Graph graph, int position, LinearPath.RowOf row)
{
    private readonly Dictionary<Tensor, string> _names = graph.Named.GroupBy(named => named.Value).ToDictionary(group => group.Key, group => group.First().Key);

    public delegate ReadOnlySpan<float> RowOf(string name);

    /// <summary>The divisor of a norm at the position.</summary>
    public double Divisor(Node norm) => Statistics(norm, Actual(norm.Inputs[0])).Divisor;

    /// <summary>The direction at <paramref name="start"/> that a direction at <paramref name="end"/> comes from.</summary>
    /// <exception cref="NotSupportedException">Something on the way is not linear.</exception>
    public Direction Pull(Tensor end, Tensor start, Direction direction)
    {
        var behind = Behind(start);
        while (end != start)
        {
            (end, direction) = Step(end, direction, behind);
        }

        return direction;
    }

    // All that is computed from a value.
    private HashSet<Tensor> Behind(Tensor start)
    {
        var behind = new HashSet<Tensor> { start };
        foreach (var node in graph.Nodes.Where(node => node.Inputs.Any(behind.Contains)))
        {
            behind.UnionWith(node.Outputs);
        }

        return behind;
    }

    private (Tensor Input, Direction Direction) Step(Tensor end, Direction direction, HashSet<Tensor> behind)
    {
        var node = end.Node;
        switch (node.Op)
        {
            case Reshape or GatherRows:
                return (node.Inputs[0], direction);
            case EditRows edit:
                return (node.Inputs[0], Edited(edit.Edit, direction));
            case Elementwise { Function.Factor: { } factor }:
                return (node.Inputs[0], direction with { Weights = [.. direction.Weights.Select(w => w * factor)] });
            case Pairwise pair when pair.Function == Binary.Add:
                return Sum(node, direction, behind);
            case MatMul when behind.Contains(node.Inputs[0]) && node.Inputs[1].Node.Op is ParameterValue weight:
                return (node.Inputs[0], direction with { Weights = Transposed(weight, direction.Weights) });
            case HeadMatMul { IsTransposed: false } product when node.Inputs[1].Node.Op is ParameterValue weight:
                return (node.Inputs[0], direction with { Weights = Heads(product, weight, direction.Weights) });
            case RmsNorm or LayerNorm:
                return (node.Inputs[0], Frozen(node, direction));
            default:
                throw new NotSupportedException($"there is no attribution through {node.Op}: it is not linear");
        }
    }

    private (Tensor, Direction) Sum(Node node, Direction direction, HashSet<Tensor> behind)
    {
        var followed = node.Inputs.Single(behind.Contains);
        var other = node.Inputs.Single(input => input != followed);
        return other.Node.Op is ParameterValue bias
            ? (followed, direction with { Constant = direction.Constant + direction.Of(Dense(bias)) })
            : (followed, direction);
    }

    // A change at other positions than this one changes nothing here.
    private Direction Edited(RowEdit edit, Direction direction)
    {
        var place = edit.Positions is null ? 0 : Array.BinarySearch(edit.Positions, position);
        if (place < 0)
        {
            return direction;
        }

        var first = edit.IsPerPosition ? place * edit.Columns : 0;
        var (weights, constant) = (direction.Weights.ToArray(), direction.Constant);
        for (var i = 0; i < edit.Columns; i++)
        {
            constant += edit.Addend is { } addend ? addend[first + i] * weights[edit.FirstColumn + i] : 0;
            weights[edit.FirstColumn + i] *= edit.Scale;
        }

        return new(weights, constant);
    }

    // Wᵀ·direction; rows whose direction is 0 are not read.
    private static double[] Transposed(ParameterValue weight, double[] direction)
    {
        var matrix = weight.Parameter.Weight;
        var (result, row) = (new double[matrix.Columns], new float[matrix.Columns]);
        for (var i = 0; i < direction.Length; i++)
        {
            if (direction[i] != 0)
            {
                matrix.DecodeRow(i, row);
                for (var j = 0; j < row.Length; j++)
                {
                    result[j] += direction[i] * row[j];
                }
            }
        }

        return result;
    }

    // The same for each head with its own rows.
    private static double[] Heads(HeadMatMul product, ParameterValue weight, double[] direction)
    {
        var matrix = weight.Parameter.Weight;
        var (result, row) = (new double[direction.Length / product.Count * matrix.Columns], new float[matrix.Columns]);
        for (var i = 0; i < direction.Length; i++)
        {
            var (head, output) = Math.DivRem(i, product.Count);
            matrix.DecodeRow((head * product.RowsPerHead) + product.FirstRow + output, row);
            for (var j = 0; j < row.Length; j++)
            {
                result[(head * row.Length) + j] += direction[i] * row[j];
            }
        }

        return result;
    }

    private Direction Frozen(Node node, Direction direction)
    {
        var statistics = Statistics(node, Actual(node.Inputs[0]));
        var (weights, constant) = (direction.Weights.ToArray(), direction.Constant);
        if (node.Inputs.Count > 1)
        {
            var gain = Dense((ParameterValue)node.Inputs[1].Node.Op);
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] *= gain[i] + statistics.Offset;
            }
        }

        if (node.Inputs.Count > 2)
        {
            constant += direction.Of(Dense((ParameterValue)node.Inputs[2].Node.Op));
        }

        var mean = node.Op is LayerNorm ? weights.Average() : 0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (weights[i] - mean) / statistics.Divisor;
        }

        return new(weights, constant);
    }

    private static (double Divisor, double Offset) Statistics(Node node, ReadOnlySpan<float> x)
    {
        if (node.Inputs[0].Shape.Last != x.Length)
        {
            throw new NotSupportedException($"there is no attribution through a norm of parts of a row ({node})");
        }

        var (mean, epsilon, offset) = node.Op switch
        {
            LayerNorm norm => (Mean(x), norm.Epsilon, 0f),
            RmsNorm norm => (0.0, norm.Epsilon, norm.Offset),
            _ => throw new ArgumentException($"{node} is no norm"),
        };
        var squares = 0.0;
        foreach (var number in x)
        {
            squares += (number - mean) * (number - mean);
        }

        return (Math.Sqrt((squares / x.Length) + epsilon), offset);
    }

    private static double Mean(ReadOnlySpan<float> x)
    {
        var sum = 0.0;
        foreach (var number in x)
        {
            sum += number;
        }

        return sum / x.Length;
    }

    private ReadOnlySpan<float> Actual(Tensor tensor)
    {
        while (tensor.Node.Op is GatherRows && !_names.ContainsKey(tensor))
        {
            tensor = tensor.Node.Inputs[0];
        }

        return _names.TryGetValue(tensor, out var name) ? row(name) : throw new NotSupportedException($"the input of a norm ({tensor}) has no name");
    }

    private static ReadOnlySpan<float> Dense(ParameterValue parameter) => parameter.Parameter.Dense().Memory.AsSpan<float>();
}
