using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Sequitur.Kernels;

/// <summary>What the processor says of itself.</summary>
public static class ProcessorFacts
{
    /// <summary>Its own name; where it has none, that of its architecture.</summary>
    public static string Name { get; } = X86Base.IsSupported && X86Name() is { Length: > 0 } name ? name : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The architecture: <c>X64</c>, <c>Arm64</c>.</summary>
    public static string Architecture => RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The runtime that compiles for it.</summary>
    public static string Framework => RuntimeInformation.FrameworkDescription;

    /// <summary>The instruction sets of interest that it has, whether or not the runtime or a kernel uses them.</summary>
    public static IReadOnlyList<string> InstructionSets { get; } = X86Base.IsSupported ? X86Sets() : ArmSets();

    private static string X86Name()
    {
        var text = new StringBuilder();
        for (var leaf = 0x8000_0002u; leaf <= 0x8000_0004u; leaf++)
        {
            var (a, b, c, d) = X86Base.CpuId((int)leaf, 0);
            foreach (var register in (ReadOnlySpan<int>)[a, b, c, d])
            {
                text.Append(Encoding.ASCII.GetString(BitConverter.GetBytes(register)));
            }
        }

        return text.ToString().Replace("\0", "", StringComparison.Ordinal).Trim();
    }

    // Bits of leaves 1 and 7 (Intel's and AMD's manuals, CPUID).
    private static IReadOnlyList<string> X86Sets()
    {
        var one = X86Base.CpuId(1, 0);
        var seven = X86Base.CpuId(7, 0);
        var more = seven.Eax >= 1 ? X86Base.CpuId(7, 1).Eax : 0;
        static bool Has(int register, int bit) => ((register >> bit) & 1) != 0;
        (string Name, bool Present)[] flags =
        [
            ("fma", Has(one.Ecx, 12)),
            ("f16c", Has(one.Ecx, 29)),
            ("avx2", Has(seven.Ebx, 5)),
            ("avx512f", Has(seven.Ebx, 16)),
            ("avx512bw", Has(seven.Ebx, 30)),
            ("avx512_vnni", Has(seven.Ecx, 11)),
            ("avx512_bf16", Has(more, 5)),
            ("avx_vnni", Has(more, 4)),
            ("amx_tile", Has(seven.Edx, 24)),
            ("amx_int8", Has(seven.Edx, 25)),
        ];
        return [.. flags.Where(flag => flag.Present).Select(flag => flag.Name)];
    }

    private static IReadOnlyList<string> ArmSets()
    {
        (string Name, bool Present)[] flags = [("advsimd", AdvSimd.Arm64.IsSupported), ("dotprod", Dp.Arm64.IsSupported)];
        return [.. flags.Where(flag => flag.Present).Select(flag => flag.Name)];
    }
}
