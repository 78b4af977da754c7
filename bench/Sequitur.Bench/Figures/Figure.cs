namespace Sequitur.Bench.Figures;

/// <summary>Registers a figure that the project claims; one that belongs to several topics has one of these for each.</summary>
/// <param name="topic">What it belongs to: <c>executor</c>.</param>
/// <param name="name">What is measured, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class FigureAttribute(string topic, string name) : Attribute
{
    /// <summary>The topic.</summary>
    public string Topic => topic;

    /// <summary>What is measured.</summary>
    public string Name => name;
}

/// <summary>A figure: one file each. It measures, and says for every number whether the claim holds.</summary>
internal interface IFigure
{
    /// <summary>Titles of the rows, where each can be measured without the others (<see cref="Workbench.Only"/>).</summary>
    static virtual IReadOnlyList<string> Rows => [];

    /// <summary>Measures; a figure may consist of several numbers.</summary>
    static abstract IEnumerable<Measurement> Measure(Workbench bench);
}

/// <summary>A registered figure.</summary>
/// <param name="Topic">What it belongs to.</param>
/// <param name="Name">What is measured.</param>
/// <param name="Rows">Titles of rows that can be measured alone; none where the figure is measured as a whole.</param>
/// <param name="Measure">Measures.</param>
internal sealed record Figure(string Topic, string Name, IReadOnlyList<string> Rows, Func<Workbench, IEnumerable<Measurement>> Measure)
{
    /// <summary>Whether anything of it is asked for.</summary>
    public bool IsAskedFor(RowFilter only) => only.Takes(Name) || Rows.Any(title => only.Takes(Name, title));
}

/// <summary>All figures.</summary>
[Registry(typeof(FigureAttribute))]
internal static partial class FigureRegistry
{
    /// <summary>The topics, each once.</summary>
    public static IReadOnlyList<string> Topics => [.. All.Select(figure => figure.Topic).Distinct().Order(StringComparer.Ordinal)];

    private static Figure Enter<T>(FigureAttribute key)
        where T : IFigure => new(key.Topic, key.Name, T.Rows, T.Measure);
}
