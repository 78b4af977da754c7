namespace Sequitur.Engine.Speculation;

/// <summary>What speculation did for an answer.</summary>
/// <param name="Passes">Runs of the model behind the prompt's.</param>
/// <param name="Tokens">Tokens that they chose.</param>
/// <param name="Drafted">Drafted tokens that went through the model.</param>
/// <param name="Accepted">Those of them that were chosen.</param>
public readonly record struct SpeculationCounts(int Passes, int Tokens, int Drafted, int Accepted)
{
    /// <summary>Tokens a run; 1 for plain decoding, and where nothing ran.</summary>
    public double TokensPerPass => Passes == 0 ? 1 : (double)Tokens / Passes;
}
