using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>The scales of a group of 32 numbers as a file has them; what they mean is a matter of <see cref="IPanelScales"/>.</summary>
internal struct GroupScales
{
    /// <summary>The bits of the block's scale.</summary>
    public ushort Scale;

    /// <summary>The bits of the block's minimum.</summary>
    public ushort Minimum;

    /// <summary>Integer factor of the scale for the first 16 numbers, or for all.</summary>
    public sbyte Factor0;

    /// <summary>Integer factor of the scale for the last 16 numbers.</summary>
    public sbyte Factor1;

    /// <summary>Integer factor of the minimum for the first 16 numbers, or for all.</summary>
    public sbyte MinimumFactor0;

    /// <summary>Integer factor of the minimum for the last 16 numbers.</summary>
    public sbyte MinimumFactor1;

    /// <summary>Whether scale and minimum, as binary16, are neither infinite nor NaN.</summary>
    public readonly bool AreFinite => HalfBits.IsFinite(Scale) && HalfBits.IsFinite(Minimum);
}

/// <summary>
/// What a group of 32 numbers means: number k of half h is fl(<see cref="Scale"/> · factor(h) · v(k)) + fl(<see cref="Minimum"/> · minimum factor(h)),
/// v(k) being its integer. Scales with their factors are exact in binary32.
/// </summary>
internal readonly record struct GroupTerms(
    float Scale, float Minimum = 0, int Factor0 = 1, int Factor1 = 1, int MinimumFactor0 = 1, int MinimumFactor1 = 1);
