using Sequitur.Kernels.Formats;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization;

/// <summary>
/// Which format a tensor is written in. Matrices (experts' too, the embedding table and the head as well) take the one that was asked for, as with <c>llama-quantize --pure</c>, or the one
/// that a <see cref="Mixture"/> gives them; vectors, routers and a few small tables that are read number by number stay float32, as they do there. Where a row is no whole number of blocks of
/// 256, a format of blocks of 32 stands in, the same as in llama.cpp; where it is none of those either, F16. Tensors of integers or float64 are copied.
/// </summary>
/// <param name="source">The model.</param>
/// <param name="target">What was asked for.</param>
internal sealed class TypeRule(ConversionSource source, ConversionTarget target)
{
    private static readonly BlockFormat Plain = BlockFormats.Find("F32")!;
    private static readonly BlockFormat Last = BlockFormats.Find("F16")!;
    private static readonly string[] Copied = ["I8", "I16", "I32", "I64", "F64"];
    private static readonly Dictionary<string, string> StandIns = new() { ["TQ1_0"] = "Q4_0", ["TQ2_0"] = "Q4_0", ["Q4_K"] = "Q5_0", ["Q5_K"] = "Q5_1", ["Q6_K"] = "Q8_0" };

    // Norms of heads are matrices by shape; routers, learned positions and token types are small and decide much; the rest belongs to recurrent families.
    private static readonly string[] KeptPlain =
        ["_norm.weight", "ffn_gate_inp.weight", "position_embd.weight", "token_types.weight", "ssm_conv1d.weight", "shortconv.conv.weight", "attn_rel_b.weight"];

    private readonly Mixture? _mixture = target.IsMixture ? new(source, target.Format) : null;

    /// <summary>What becomes of a tensor.</summary>
    /// <returns>The format, or null where the bytes are copied as they are; and the format that it would have, did its rows fit, or null where they do.</returns>
    public (BlockFormat? Format, BlockFormat? Unfit) Choose(SourceTensor tensor)
    {
        if (Copied.Contains(tensor.Format))
        {
            return (null, null);
        }

        var isWeight = tensor.IsMatrix && tensor.Name.EndsWith(".weight", StringComparison.Ordinal)
            && !KeptPlain.Any(name => tensor.Name.EndsWith(name, StringComparison.Ordinal)) && !tensor.Name.Contains("time_mix_", StringComparison.Ordinal);
        var wanted = isWeight ? _mixture?.Choose(tensor) ?? target.Format : Plain;
        var format = Fitting(wanted, tensor.Columns);
        return (format.Name == tensor.Format && !tensor.Stored.IsEmpty ? null : format, format == wanted ? null : wanted);
    }

    private static BlockFormat Fitting(BlockFormat wanted, int columns) => columns % wanted.BlockColumns == 0 ? wanted
        : StandIns.TryGetValue(wanted.Name, out var name) ? Fitting(BlockFormats.Find(name)!, columns)
        : Last;
}
