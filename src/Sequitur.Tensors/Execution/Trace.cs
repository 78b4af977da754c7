using System.IO.Enumeration;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Hands out named inner values of a graph while it runs. Values that fusing would hide are made outputs of a second plan, which computes the very same bits; while nobody asks, nothing is paid.
/// </summary>
/// <param name="lowered">The lowered graph.</param>
/// <param name="options">What its plans are built for.</param>
public sealed class Trace(Graph lowered, PlanOptions options)
{
    private readonly Dictionary<string, Plan> _plans = [];

    /// <summary>The names that a pattern means: a name itself, or with <c>*</c> for any part (<c>layers.*.l_out</c>).</summary>
    /// <exception cref="UsageException">No value is called so.</exception>
    public IReadOnlyList<string> Match(string pattern)
    {
        var names = lowered.Named.Keys.Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)).ToArray();
        return names.Length > 0 ? names : [NameOf(lowered.Value(pattern), pattern)];
    }

    /// <summary>A plan that hands out the values of some patterns beside its outputs; built once for each choice.</summary>
    public Plan Watching(params IReadOnlyList<string> patterns)
    {
        var names = patterns.SelectMany(Match).Distinct().Order(StringComparer.Ordinal).ToArray();
        var key = string.Join('\n', names);
        if (!_plans.TryGetValue(key, out var plan))
        {
            plan = Plan.Build(lowered, options with { Keep = names });
            _plans.Add(key, plan);
        }

        return plan;
    }

    private static string NameOf(Tensor tensor, string name) => tensor.Name ?? name;
}
