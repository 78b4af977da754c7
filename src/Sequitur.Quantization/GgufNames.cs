namespace Sequitur.Quantization;

/// <summary>Keys and names of GGUF files that conversion reads or writes (ggml's <c>docs/gguf.md</c>).</summary>
internal static class GgufNames
{
    public const string Architecture = "general.architecture";
    public const string ModelName = "general.name";
    public const string FileType = "general.file_type";
    public const string QuantizationVersion = "general.quantization_version";
    public const string TokenizerModel = "tokenizer.ggml.model";

    /// <summary>The tokenizer of a file without a vocabulary.</summary>
    public const string NoVocabulary = "no_vocab";

    public const string TokenEmbedding = "token_embd.weight";
    public const string LayerEmbedding = "per_layer_token_embd.weight";
    public const string Head = "output.weight";
    public const string RopeFactors = "rope_freqs.weight";
}
