using System.Runtime.InteropServices;
using Sequitur.Kernels;
using Sequitur.Models;
using Sequitur.Tensors;

namespace Sequitur.Engine;

/// <summary>An inner value of a request's run, copied out: a row for each token that went through the model, or for each row of logits that chose a token.</summary>
public sealed class CapturedValue
{
    private readonly List<float> _numbers = [];
    private readonly bool _isInteger;

    internal CapturedValue(Tensor tensor)
    {
        Shape = tensor.Shape;
        RowIsOutput = tensor.Shape.Rows.Symbol == Inputs.OutputRowsDimension;
        _isInteger = tensor.Type == ElementType.I32;
    }

    /// <summary>The value's shape in the graph: <c>[tokens, heads, head_dim]</c>.</summary>
    public Shape Shape { get; }

    /// <summary>Numbers a row.</summary>
    public int Columns => Shape.Columns;

    /// <summary>Whether a row belongs to a chosen token and not to a position.</summary>
    public bool RowIsOutput { get; }

    /// <summary>Rows so far.</summary>
    public int Rows => _numbers.Count / Columns;

    /// <summary>All numbers, row after row; valid until the next row comes. Integers as float32.</summary>
    public ReadOnlySpan<float> Numbers => CollectionsMarshal.AsSpan(_numbers);

    /// <summary>The numbers of a row.</summary>
    public ReadOnlySpan<float> Row(int index) => Numbers.Slice(index * Columns, Columns);

    /// <summary>Whether a value can be captured: numbers with a row for each token or output.</summary>
    public static bool Fits(Tensor tensor) =>
        tensor.Type is ElementType.F32 or ElementType.I32 && !tensor.IsEffect && tensor.Shape.Rows is { Factor: 1, Symbol: "tokens" or Inputs.OutputRowsDimension };

    internal void Append(Operand source, int first, int count)
    {
        _numbers.EnsureCapacity(_numbers.Count + (count * Columns));
        for (var row = first; row < first + count; row++)
        {
            var memory = source.Memory.Slice(row * source.Stride, (long)Columns * sizeof(float));
            if (_isInteger)
            {
                foreach (var number in memory.AsSpan<int>())
                {
                    _numbers.Add(number);
                }
            }
            else
            {
                _numbers.AddRange(memory.AsSpan<float>());
            }
        }
    }
}
