namespace Sequitur.Insight;

/// <summary>Registers a kind of intervention.</summary>
/// <param name="verb">What it is called: <c>ablate</c>; a command's option is <c>--ablate</c>.</param>
/// <param name="description">What it does and how it is written.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class InterventionAttribute(string verb, string description) : Attribute
{
    /// <summary>What it is called.</summary>
    public string Verb => verb;

    /// <summary>What it does and how it is written.</summary>
    public string Description => description;
}

/// <summary>A kind of intervention that is read from text.</summary>
public interface IIntervention
{
    /// <summary>Reads one.</summary>
    /// <exception cref="UsageException">The text is none.</exception>
    static abstract Intervention Parse(string text);
}

/// <summary>A registered kind.</summary>
/// <param name="Verb">What it is called.</param>
/// <param name="Description">What it does and how it is written.</param>
/// <param name="Parse">Reads one.</param>
public sealed record InterventionKind(string Verb, string Description, Func<string, Intervention> Parse);

/// <summary>All kinds of interventions.</summary>
[Registry(typeof(InterventionAttribute))]
public static partial class InterventionRegistry
{
    /// <summary>Reads an intervention with its verb in front: <c>ablate 3.5</c>.</summary>
    /// <exception cref="UsageException">There is no such verb, or the rest is no such change.</exception>
    public static Intervention Parse(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var verb = space < 0 ? text : text[..space];
        var kind = All.FirstOrDefault(kind => kind.Verb == verb)
            ?? throw new UsageException($"there is no intervention '{verb}': there are {string.Join(", ", All.Select(kind => kind.Verb))}");
        return kind.Parse(space < 0 ? "" : text[(space + 1)..]);
    }

    private static InterventionKind Enter<T>(InterventionAttribute key)
        where T : IIntervention => new(key.Verb, key.Description, T.Parse);
}
