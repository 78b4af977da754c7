using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Engine;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>
/// Adds a vector to a value (Turner et al. 2023, arXiv:2308.10248). Written <c>layers.12.l_out=vector.json</c>, or with the difference that two texts make at their last tokens,
/// <c>layers.12.l_out="a happy story"-"a sad story"</c>; <c>*3</c> behind it multiplies, <c>@-1</c> behind that chooses positions.
/// </summary>
/// <param name="Value">The value.</param>
/// <param name="Source">A file, or two quoted texts.</param>
/// <param name="Factor">What the vector is multiplied with.</param>
/// <param name="At">Where.</param>
/// <param name="Text">How it was written.</param>
[Intervention("steer", "Add a vector to a value: NAME=FILE[*FACTOR][@POSITIONS], or NAME=\"TEXT\"-\"TEXT\"[*FACTOR][@POSITIONS]")]
public sealed partial record Steering(string Value, string Source, float Factor, Positions At, string Text) : Intervention(Value, Text), IIntervention
{
    [GeneratedRegex("""^"(?<plus>[^"]+)"\s*-\s*"(?<minus>[^"]+)"$""")]
    private static partial Regex Texts { get; }

    [GeneratedRegex(@"^(?<source>.+)\*(?<factor>[-+0-9.eE]+)$", RegexOptions.Singleline)]
    private static partial Regex Multiplied { get; }

    /// <summary>The vector itself; null where <see cref="Source"/> says where it comes from.</summary>
    public float[]? Vector { get; init; }

    /// <summary>Adds a vector that is there already.</summary>
    public static Steering With(string value, float[] vector, float factor, Positions at) =>
        new(value, "", factor, at, string.Create(CultureInfo.InvariantCulture, $"{value}=[{vector.Length} numbers]*{factor:R}@{at}")) { Vector = vector };

    /// <summary>Reads a steering.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Intervention Parse(string text)
    {
        var (value, source, at) = Assignment.Split(text, "NAME=FILE[*FACTOR][@POSITIONS], or NAME=\"TEXT\"-\"TEXT\"[*FACTOR][@POSITIONS]");
        var match = Multiplied.Match(source);
        return match.Success && float.TryParse(match.Groups["factor"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && float.IsFinite(factor)
            ? new Steering(value, match.Groups["source"].Value, factor, at, text)
            : new Steering(value, source, 1, at, text);
    }

    /// <inheritdoc/>
    public override GraphRewrite Resolve(InterventionContext context)
    {
        var texts = Texts.Match(Source);
        var vector = Vector ?? (texts.Success
            ? Difference(context.Run(Value, texts.Groups["plus"].Value), context.Run(Value, texts.Groups["minus"].Value))
            : VectorFile.Read(Source, context.ShapeOf(Value).Columns, Value));
        return context.Edit(Value, At, 1, [.. vector.Select(number => number * Factor)]);
    }

    private static float[] Difference(CapturedValue plus, CapturedValue minus) =>
        [.. plus.Row(plus.Rows - 1).ToArray().Zip(minus.Row(minus.Rows - 1).ToArray(), (a, b) => a - b)];
}
