using System.Globalization;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>Puts other numbers in a value's place. Written <c>layers.3.l_out=0</c> or <c>layers.3.l_out=vector.json</c>, with <c>@2-5</c> behind it for some positions.</summary>
/// <param name="Value">The value.</param>
/// <param name="Source">One number for all, or a file of as many as a row has (<see cref="VectorFile"/>).</param>
/// <param name="At">Where.</param>
/// <param name="Text">How it was written.</param>
[Intervention("replace", "Put other numbers in a value's place: NAME=NUMBER|FILE[@POSITIONS]")]
public sealed record Replacement(string Value, string Source, Positions At, string Text) : Intervention(Value, Text), IIntervention
{
    /// <summary>The row itself; null where <see cref="Source"/> says what it is.</summary>
    public float[]? Vector { get; init; }

    /// <summary>Puts a row that is there already.</summary>
    public static Replacement With(string value, float[] vector, Positions at) => new(value, "", at, $"{value}=[{vector.Length} numbers]@{at}") { Vector = vector };

    /// <summary>Reads a replacement.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Intervention Parse(string text)
    {
        var (value, source, at) = Assignment.Split(text, "NAME=NUMBER|FILE[@POSITIONS]");
        return new Replacement(value, source, at, text);
    }

    /// <inheritdoc/>
    public override GraphRewrite Resolve(InterventionContext context)
    {
        var columns = context.ShapeOf(Value).Columns;
        return context.Edit(Value, At, 0, Vector ?? Row(columns));
    }

    private float[] Row(int columns)
    {
        if (!float.TryParse(Source, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return VectorFile.Read(Source, columns, Value);
        }

        return float.IsFinite(number)
            ? [.. Enumerable.Repeat(number, columns)]
            : throw new UsageException($"'{Source}' in '{Text}' is no number that a value can have: write a finite one");
    }
}
