using System.Globalization;
using System.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>Something that can be said of a sampler: a name in a chain's text, a flag on a command line.</summary>
/// <param name="name">The name in a chain's text.</param>
/// <param name="flag">The flag; null if there is none.</param>
/// <param name="description">What it does, in one line.</param>
public abstract class SamplerParameter(string name, string? flag, string description)
{
    /// <summary>The name in a chain's text: <c>top_p(p=0.9)</c>.</summary>
    public string Name => name;

    /// <summary>The flag: <c>--top-p</c>; null if only a chain's text can set it.</summary>
    public string? Flag => flag;

    /// <summary>What it does, in one line.</summary>
    public string Description => description;

    /// <summary>Whether it takes several values.</summary>
    public virtual bool TakesMany => false;

    /// <summary>Refuses impossible values.</summary>
    /// <param name="texts">What was written.</param>
    /// <param name="label">What to call the parameter in a message.</param>
    /// <exception cref="UsageException">A value is impossible.</exception>
    public abstract void Check(IReadOnlyList<string> texts, string label);
}

/// <summary>A parameter that is one number of a range.</summary>
/// <typeparam name="T">A whole number or a float.</typeparam>
public sealed class NumberParameter<T>(string name, string? flag, string description, T standard) : SamplerParameter(name, flag, description)
    where T : struct, INumber<T>, IMinMaxValue<T>
{
    /// <summary>The value where none is given.</summary>
    public T Default => standard;

    /// <summary>The least value.</summary>
    public T Least { get; init; } = T.MinValue;

    /// <summary>The largest value.</summary>
    public T Most { get; init; } = T.MaxValue;

    /// <summary>Whether the least value itself is impossible.</summary>
    public bool IsAboveLeast { get; init; }

    /// <summary>Whether it is seldom set, so that a chain prints it only where it is not the default.</summary>
    public bool IsMinor { get; init; }

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<string> texts, string label) => Read(texts, label);

    /// <summary>Reads a value.</summary>
    /// <exception cref="UsageException">It is not one number of the range.</exception>
    public T Read(IReadOnlyList<string> texts, string label) =>
        texts is [var text] && T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && IsPossible(value)
            ? value
            : throw Impossible(label, string.Join(' ', texts));

    /// <summary>Takes a value that a program gives.</summary>
    /// <exception cref="UsageException">It is out of range.</exception>
    public T Require(T value) => IsPossible(value) ? value : throw Impossible(Flag ?? Name, StepText.Number(value));

    private bool IsPossible(T value) => value <= Most && (IsAboveLeast ? value > Least : value >= Least);

    private UsageException Impossible(string label, string text)
    {
        var range = (Least == T.MinValue, Most == T.MaxValue) switch
        {
            (true, true) => "",
            (true, false) => $" up to {StepText.Number(Most)}",
            (false, true) => $" {(IsAboveLeast ? "above" : "from")} {StepText.Number(Least)}",
            _ => $" {(IsAboveLeast ? "above" : "from")} {StepText.Number(Least)} {(IsAboveLeast ? "and up to" : "to")} {StepText.Number(Most)}",
        };
        return new UsageException($"{label} must be a {(typeof(T) == typeof(int) ? "whole number" : "number")}{range}, not '{text}'");
    }
}

/// <summary>A parameter that is a list of texts.</summary>
/// <param name="name">The name in a chain's text.</param>
/// <param name="flag">The flag, which may be given several times; null if there is none.</param>
/// <param name="description">What it does, in one line.</param>
/// <param name="check">Refuses one text; called with it and what to call the parameter.</param>
public sealed class ListParameter(string name, string? flag, string description, Action<string, string> check) : SamplerParameter(name, flag, description)
{
    /// <inheritdoc/>
    public override bool TakesMany => true;

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<string> texts, string label)
    {
        foreach (var text in texts)
        {
            check(text, label);
        }
    }
}
