using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's slices: of lists by item, of strings by code point.</summary>
internal static class Slices
{
    public static object? Take(Evaluator evaluator, object? target, object? start, object? stop, object? step)
    {
        switch (target)
        {
            case ListValue list:
                List<int> indices = Indices(list.Items.Count, start, stop, step);
                evaluator.Charge(indices.Count);
                return new ListValue([.. indices.Select(index => list.Items[index])], list.Kind == ListKind.Tuple ? ListKind.Tuple : ListKind.List);
            case Text text:
                evaluator.ChargeText(text.Length);
                return TakeText(text, start, stop, step);
            case Undefined undefined:
                throw undefined.Failure();
            default:
                return Undefined.Attribute(target, "slice");
        }
    }

    /// <summary>A slice of a text, by code points.</summary>
    public static Text TakeText(Text text, object? start, object? stop, object? step)
    {
        int[]? starts = PythonText.Starts(text.Value);
        int count = starts is null ? text.Length : starts.Length - 1;
        (int first, int end, int stride) = Bounds(count, start, stop, step);
        if (stride == 1)
        {
            int from = starts?[first] ?? first;
            return end <= first ? Text.Empty : text.Substring(from, (starts?[end] ?? end) - from);
        }

        var taken = new StringBuilder();
        foreach (int index in Indices(count, start, stop, step))
        {
            int from = starts?[index] ?? index;
            taken.Append(text.Value, from, (starts?[index + 1] ?? index + 1) - from);
        }

        return text.Derive(taken.ToString());
    }

    /// <summary>Where a slice that begins at <paramref name="start"/> begins.</summary>
    public static int Start(int count, object? start) => Bounds(count, start, null, null).First;

    private static List<int> Indices(int count, object? start, object? stop, object? step)
    {
        (int first, int end, int stride) = Bounds(count, start, stop, step);
        var indices = new List<int>();
        for (long index = first; stride > 0 ? index < end : index > end; index += stride)
        {
            indices.Add((int)index);
        }

        return indices;
    }

    private static (int First, int End, int Stride) Bounds(int count, object? start, object? stop, object? step)
    {
        int stride = step is null ? 1 : Values.ToInt(step);
        if (stride == 0)
        {
            throw TemplateFailure.Runtime("slice step cannot be zero");
        }

        int low = stride > 0 ? 0 : -1;
        int high = stride > 0 ? count : count - 1;
        int first = start is null ? (stride > 0 ? low : high) : Clamp(Values.ToInt(start));
        int end = stop is null ? (stride > 0 ? high : low) : Clamp(Values.ToInt(stop));
        return (first, end, stride);

        int Clamp(int index) => (int)Math.Clamp(index < 0 ? (long)index + count : index, low, high);
    }
}
