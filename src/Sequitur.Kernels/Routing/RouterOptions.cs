namespace Sequitur.Kernels.Routing;

/// <summary>How a router turns scores into chosen experts and their weights.</summary>
public sealed record RouterOptions
{
    /// <summary>Experts chosen for each token.</summary>
    public required int ExpertsPerToken { get; init; }

    /// <summary>Equal groups that the experts stand in; 1 for none.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Groups that experts are chosen from.</summary>
    public int TopGroups { get; init; } = 1;

    /// <summary>How many of a group's best corrected scores, summed, rank it: 1 (DeepSeek-V2) or 2 (DeepSeek-V3).</summary>
    public int GroupScoreOf { get; init; } = 1;

    /// <summary>Whether a token's weights are divided by their sum + 10⁻²⁰.</summary>
    public bool Renormalise { get; init; }

    /// <summary>What weights are multiplied with last.</summary>
    public float Scale { get; init; } = 1;
}
