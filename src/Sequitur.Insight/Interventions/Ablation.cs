using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Engine;
using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>
/// Takes out a head (before the output projection, whose bias stays), or the whole of what an attention or a feed-forward part adds: sets it to zero, or to its mean over the
/// positions of the prompt, at all positions. Written <c>3.5</c> (layer and head), <c>3.ffn</c>, <c>3.attn</c>, with <c>:mean</c> behind it for the mean.
/// </summary>
/// <param name="Value">The value.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Head">The head; null for the whole part.</param>
/// <param name="ToMean">Whether it is set to its mean.</param>
/// <param name="Text">How it was written.</param>
[Intervention("ablate", "Take out a head or a part: LAYER.HEAD, LAYER.ffn or LAYER.attn; :mean behind it sets the mean instead of zero")]
public sealed partial record Ablation(string Value, int Layer, int? Head, bool ToMean, string Text) : Intervention(Value, Text), IIntervention
{
    [GeneratedRegex(@"^(?<layer>\d{1,6})\.(?<part>\d{1,6}|ffn|attn)(?::(?<to>zero|mean))?$")]
    private static partial Regex Pattern { get; }

    /// <summary>Reads an ablation.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Intervention Parse(string text)
    {
        var match = Pattern.Match(text);
        if (!match.Success)
        {
            throw new UsageException($"'{text}' is no ablation: write LAYER.HEAD, LAYER.ffn or LAYER.attn, with :mean behind it for the mean instead of zero");
        }

        var layer = int.Parse(match.Groups["layer"].Value, CultureInfo.InvariantCulture);
        var part = match.Groups["part"].Value;
        int? head = char.IsDigit(part[0]) ? int.Parse(part, CultureInfo.InvariantCulture) : null;
        return new Ablation(Names.Layer(layer, head is null ? $"{part}_out" : "attn_heads"), layer, head, match.Groups["to"].Value == "mean", text);
    }

    /// <inheritdoc/>
    public override GraphRewrite Resolve(InterventionContext context)
    {
        var anatomy = Anatomy.Of(context.Engine);
        var (first, columns) = (0, context.ShapeOf(Value).Columns);
        if (Head is { } head)
        {
            columns = anatomy.Head(Layer, head).ValueDim;
            first = head * columns;
        }

        return new ValueEdit(Value, new RowEdit(null, first, columns, 0, ToMean ? Mean(context.Run(Value), first, columns) : null));
    }

    private static float[] Mean(CapturedValue value, int first, int columns)
    {
        var sums = new double[columns];
        for (var row = 0; row < value.Rows; row++)
        {
            var part = value.Row(row).Slice(first, columns);
            for (var i = 0; i < columns; i++)
            {
                sums[i] += part[i];
            }
        }

        return [.. sums.Select(sum => (float)(sum / value.Rows))];
    }
}
