namespace Sequitur.Fuzz.Mutators;

/// <summary>Damages sound inputs.</summary>
public interface IMutator
{
    /// <summary>A damaged copy.</summary>
    /// <param name="input">A sound input, which is left as it is.</param>
    /// <param name="other">Another one, to take pieces from.</param>
    /// <param name="random">Makes every choice.</param>
    byte[] Mutate(byte[] input, byte[] other, Random random);
}
