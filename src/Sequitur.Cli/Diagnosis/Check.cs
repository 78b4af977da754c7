namespace Sequitur.Cli.Diagnosis;

/// <summary>What a check found.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Worth knowing; speed may depend on it.</summary>
    Note,

    /// <summary>It costs speed, or will fail.</summary>
    Problem,
}

/// <summary>Something that could slow the engine down, and how it is here.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Health">What was found.</param>
/// <param name="Text">How it is here.</param>
/// <param name="Advice">What to do about it; null where nothing is to be done.</param>
internal sealed record Check(string Name, Health Health, string Text, string? Advice = null)
{
    /// <summary>Nothing to do.</summary>
    public static Check Ok(string name, string text) => new(name, Health.Ok, text);

    /// <summary>Worth knowing.</summary>
    public static Check Note(string name, string text, string advice) => new(name, Health.Note, text, advice);

    /// <summary>It costs speed, or will fail.</summary>
    public static Check Problem(string name, string text, string advice) => new(name, Health.Problem, text, advice);
}
