using Sequitur.Kernels.Formats;

namespace Sequitur.Quantization;

/// <summary>What a model can be converted to: all matrices in one format, or llama.cpp's mixture of formats around one.</summary>
/// <param name="Name">The name that files and users write: a format's, or <c>Q4_K_M</c>.</param>
/// <param name="Format">The format of matrices, of most of them in a mixture.</param>
/// <param name="IsMixture">Whether matrices that matter more are written in a finer format (<see cref="Mixture"/>).</param>
public sealed record ConversionTarget(string Name, BlockFormat Format, bool IsMixture = false)
{
    /// <summary>llama.cpp's number of "mostly this type" in general.file_type for such a file; null for others, whose files leave the key out.</summary>
    internal uint? FileType => Name switch
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
        "Q4_K_M" => 15,
        "Q5_K" => 16,
        "Q5_K_M" => 17,
        "Q6_K" => 18,
        "IQ4_NL" => 25,
        "IQ4_XS" => 30,
        "BF16" => 32,
        "TQ1_0" => 36,
        "TQ2_0" => 37,
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What models can be converted to: the formats that GGUF has and that are written here, and mixtures of them.</summary>
public static class TargetFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConversionTarget> All { get; } =
    [
        .. BlockFormats.All.Where(entry => entry.GgufType >= 0 && entry.Format.CanEncode).Select(entry => new ConversionTarget(entry.Format.Name, entry.Format)),
        .. ((string[])["Q4_K", "Q5_K"]).Select(name => new ConversionTarget($"{name}_M", BlockFormats.Find(name)!, IsMixture: true)),
    ];

    /// <summary>The target of a name; capitals do not matter.</summary>
    /// <exception cref="UsageException">There is none; the message lists those that there are.</exception>
    public static ConversionTarget Find(string name) => All.FirstOrDefault(target => string.Equals(target.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException($"models cannot be converted to '{name}', but to {string.Join(", ", All)}");
}
