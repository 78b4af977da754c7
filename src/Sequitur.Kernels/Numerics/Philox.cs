namespace Sequitur.Kernels.Numerics;

/// <summary>What a random number is for: the fourth word of its counter, so that uses never share numbers.</summary>
public enum RandomPurpose : uint
{
    /// <summary>Drawing the next token.</summary>
    Sample = 1,

    /// <summary>Initialising weights.</summary>
    Initialise = 2,

    /// <summary>The seed of one of several choices of a request.</summary>
    Choice = 3,

    /// <summary>Whether the likeliest tokens are excluded at this step.</summary>
    Exclude = 4,
}

/// <summary>
/// Philox4x32-10 (Salmon et al. 2011): random numbers as a function of a key and a counter, so that a draw depends on the request's seed and the token's position alone, never on what else runs.
/// </summary>
public static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>Four random words for a 64-bit key and a 128-bit counter.</summary>
    public static (uint A, uint B, uint C, uint D) Block(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        var (k0, k1) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < 10; round++)
        {
            var (p0, p1) = ((ulong)Multiplier0 * c0, (ulong)Multiplier1 * c2);
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            (k0, k1) = (k0 + Weyl0, k1 + Weyl1);
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>A uniform number in [0, 1) of 24 bits.</summary>
    /// <param name="seed">The request's seed.</param>
    /// <param name="index">Which of several numbers of the same step.</param>
    /// <param name="step">The token's position in its sequence, or the optimizer's step.</param>
    /// <param name="purpose">What it is for.</param>
    public static float Uniform(ulong seed, ulong index, uint step, RandomPurpose purpose) =>
        (Block(seed, (uint)index, (uint)(index >> 32), step, (uint)purpose).A >> 8) * (1f / (1 << 24));
}
