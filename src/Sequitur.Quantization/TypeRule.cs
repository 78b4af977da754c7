using Sequitur.Kernels.Formats;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization;

/// <summary>
/// Which format a tensor is written in. Matrices (experts' too, the embedding table and the head as well) take the one that was asked for, as with <c>llama-quantize --pure</c>;
/// vectors, routers and a few small tables that are read number by number stay float32, as they do there. Where a row is no whole number of blocks, F16 stands in.
/// Tensors of integers or float64 are copied.
/// </summary>
internal static class TypeRule
{
    private static readonly BlockFormat Plain = BlockFormats.Find("F32")!;
    private static readonly BlockFormat Fallback = BlockFormats.Find("F16")!;
    private static readonly string[] Copied = ["I8", "I16", "I32", "I64", "F64"];

    // Norms of heads are matrices by shape; routers, learned positions and token types are small and decide much; the rest belongs to recurrent families.
    private static readonly string[] KeptPlain =
        ["_norm.weight", "ffn_gate_inp.weight", "position_embd.weight", "token_types.weight", "ssm_conv1d.weight", "shortconv.conv.weight", "attn_rel_b.weight"];

    /// <summary>The format, or null where the bytes are copied as they are; and whether it is not the one that was asked for because rows do not fit that.</summary>
    public static (BlockFormat? Format, bool IsFallback) Choose(SourceTensor tensor, BlockFormat wanted)
    {
        if (Copied.Contains(tensor.Format))
        {
            return (null, false);
        }

        var isWeight = tensor.IsMatrix && tensor.Name.EndsWith(".weight", StringComparison.Ordinal)
            && !KeptPlain.Any(name => tensor.Name.EndsWith(name, StringComparison.Ordinal)) && !tensor.Name.Contains("time_mix_", StringComparison.Ordinal);
        var isFallback = isWeight && tensor.Columns % wanted.BlockColumns != 0;
        var format = !isWeight ? Plain : isFallback ? Fallback : wanted;
        return (format.Name == tensor.Format && !tensor.Stored.IsEmpty ? null : format, isFallback);
    }
}
