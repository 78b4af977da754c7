namespace Sequitur.Engine.Sampling;

/// <summary>How one token was chosen.</summary>
/// <param name="Position">Its position in the sequence.</param>
/// <param name="Token">The token.</param>
/// <param name="ModelProbability">Its probability as the model said.</param>
/// <param name="Probability">Its probability among the tokens that the samplers left.</param>
/// <param name="Steps">What each sampler did, in the order of the chain.</param>
public sealed record SamplingReport(int Position, int Token, double ModelProbability, double Probability, IReadOnlyList<SamplerReport> Steps);

/// <summary>What one sampler did for one token.</summary>
/// <param name="Sampler">The sampler, as a chain's text writes it.</param>
/// <param name="Before">Tokens before it.</param>
/// <param name="After">Tokens that it left.</param>
/// <param name="MassBefore">The share of the model's own probability that the tokens before it held.</param>
/// <param name="MassAfter">The share that those it left hold.</param>
/// <param name="Removed">The ids that it removed, ascending.</param>
/// <param name="Changed">The number of tokens left whose logit it changed.</param>
public sealed record SamplerReport(string Sampler, int Before, int After, double MassBefore, double MassAfter, IReadOnlyList<int> Removed, int Changed);
