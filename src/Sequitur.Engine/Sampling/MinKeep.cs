namespace Sequitur.Engine.Sampling;

/// <summary>The parameter that several samplers share: how many tokens stay whatever the rule says.</summary>
internal static class MinKeep
{
    public static readonly NumberParameter<int> Parameter = new("min_keep", null, "Tokens that stay whatever the rule says", 1) { Least = 1, IsMinor = true };
}
