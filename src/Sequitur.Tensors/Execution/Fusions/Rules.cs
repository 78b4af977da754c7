namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>A registered rule.</summary>
/// <param name="Name">The name by which it is switched off.</param>
/// <param name="Rule">The rule.</param>
public sealed record RegisteredRule(string Name, FusionRule Rule);

/// <summary>All fusion rules. Each looks at one node and the one before it; in which order they are tried changes nothing.</summary>
[Registry(typeof(FusionRuleAttribute))]
public static partial class FusionRules
{
    private static RegisteredRule Enter<T>(FusionRuleAttribute key)
        where T : FusionRule, new() => new(key.Name, new T());
}
