using Sequitur.Kernels.Formats;

namespace Sequitur.Quantization;

/// <summary>The formats that models can be converted to: those that GGUF has and that are written by plain rounding.</summary>
public static class TargetFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<BlockFormat> All { get; } = [.. BlockFormats.All.Where(entry => entry.GgufType >= 0 && entry.Format.CanEncode).Select(entry => entry.Format)];

    /// <summary>The format of a name; capitals do not matter.</summary>
    /// <exception cref="UsageException">There is none; the message lists those that there are.</exception>
    public static BlockFormat Find(string name) => All.FirstOrDefault(format => string.Equals(format.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException($"models cannot be converted to '{name}', but to {string.Join(", ", All)}");

    /// <summary>llama.cpp's number ("mostly this type" in general.file_type) for a file whose matrices are mostly in a format; null for other formats, whose files leave the key out.</summary>
    internal static uint? FileType(BlockFormat format) => format.Name switch
    {
        "F32" => 0,
        "F16" => 1,
        "Q4_0" => 2,
        "Q4_1" => 3,
        "Q8_0" => 7,
        "Q5_0" => 8,
        "Q5_1" => 9,
        "Q2_K" => 10,
        "Q3_K" => 12,
        "Q4_K" => 14,
        "Q5_K" => 16,
        "Q6_K" => 18,
        "IQ4_NL" => 25,
        "IQ4_XS" => 30,
        "BF16" => 32,
        "TQ1_0" => 36,
        "TQ2_0" => 37,
        _ => null,
    };
}
