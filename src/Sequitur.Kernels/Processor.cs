using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels;

/// <summary>Vector widths that kernels are written for, narrowest first. Every tier computes the same bits.</summary>
public enum Tier
{
    /// <summary>The reference: plain loops, one number at a time. Runs everywhere.</summary>
    Scalar,

    /// <summary>128-bit vectors with fused multiply-add (ARM64 AdvSimd, x86-64 with FMA).</summary>
    V128,

    /// <summary>256-bit vectors with fused multiply-add (x86-64 AVX2 + FMA).</summary>
    V256,

    /// <summary>512-bit vectors (x86-64 AVX-512 F, BW, DQ and VL).</summary>
    V512,
}

/// <summary>
/// What a processor can do, as a value that is handed to whoever builds kernels. Nothing below asks the hardware by itself,
/// so one process can build and compare all tiers that the machine has.
/// </summary>
/// <param name="Tier">The widest vectors that kernels may use.</param>
public sealed record Processor(Tier Tier)
{
    private static Processor? _default;

    /// <summary>The environment variable that sets <see cref="Default"/>: <c>scalar</c>, <c>v128</c>, <c>v256</c> or <c>v512</c>.</summary>
    public const string Variable = "SEQUITUR_CPU";

    /// <summary>The reference tier, which every processor has.</summary>
    public static Processor Reference { get; } = new(Tier.Scalar);

    /// <summary>The widest tier that this machine runs.</summary>
    public static Processor Detected { get; } = new(Enum.GetValues<Tier>().Where(IsSupported).Max());

    /// <summary>The processor that is used where none is given: <see cref="Detected"/> unless <see cref="Variable"/> says otherwise.</summary>
    /// <exception cref="UsageException">The variable names no tier that this machine runs.</exception>
    public static Processor Default => _default ??= FromVariable();

    /// <summary>All tiers that this machine runs, narrowest first.</summary>
    public static IReadOnlyList<Processor> Available { get; } =
        [.. Enum.GetValues<Tier>().Where(IsSupported).Select(tier => new Processor(tier))];

    /// <summary>Whether this machine runs a tier.</summary>
    public static bool IsSupported(Tier tier) => tier switch
    {
        Tier.Scalar => true,
        Tier.V128 => AdvSimd.Arm64.IsSupported || Fma.IsSupported,
        Tier.V256 => Avx2.IsSupported && Fma.IsSupported,
        Tier.V512 => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported,
        _ => false,
    };

    /// <summary>Reads a tier's name.</summary>
    /// <exception cref="ArgumentException">The name is unknown, or this machine cannot run the tier.</exception>
    public static Processor Parse(string name)
    {
        if (!Enum.TryParse<Tier>(name, ignoreCase: true, out var tier) || !Enum.IsDefined(tier))
        {
            throw new ArgumentException($"unknown processor tier '{name}'; allowed: {string.Join(", ", Enum.GetNames<Tier>()).ToLowerInvariant()}");
        }

        return IsSupported(tier) ? new(tier) : throw new ArgumentException($"this processor cannot run the tier '{name}'; its widest is {Detected.Tier.ToString().ToLowerInvariant()}");
    }

    private static Processor FromVariable()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } wanted)
        {
            return Detected;
        }

        try
        {
            return Parse(wanted);
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"the environment variable {Variable}: {problem.Message}", problem);
        }
    }
}
