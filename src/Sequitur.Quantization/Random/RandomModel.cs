using Sequitur.Formats.Gguf;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization.Random;

/// <summary>A model of a given shape with random weights: as fast and as large as a trained one, without its file.</summary>
public static class RandomModel
{
    /// <summary>The GGUF architectures that can be made.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["llama"];

    /// <summary>A model, without vocabulary, that is made while it is written.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <exception cref="UsageException">The sizes do not fit one another.</exception>
    public static ConversionSource Create(ModelShape shape, ulong seed) => new(Metadata(shape.Checked()), Tensors(shape, seed), [], []);

    private static List<KeyValuePair<string, GgufValue>> Metadata(ModelShape shape)
    {
        var metadata = new List<KeyValuePair<string, GgufValue>>
        {
            new(GgufNames.Architecture, GgufValues.Of("llama")),
            new(GgufNames.ModelName, GgufValues.Of("random")),
        };
        void Count(string key, int value) => metadata.Add(new($"llama.{key}", GgufValues.Of((uint)value)));
        void Number(string key, float value) => metadata.Add(new($"llama.{key}", GgufValues.Of(value)));
        Count("block_count", shape.Layers);
        Count("context_length", shape.Context);
        Count("embedding_length", shape.Width);
        Count("feed_forward_length", shape.FeedForward);
        Count("attention.head_count", shape.Heads);
        Count("attention.head_count_kv", shape.KeyValueHeads);
        Count("attention.key_length", shape.HeadDim);
        Count("attention.value_length", shape.HeadDim);
        Number("attention.layer_norm_rms_epsilon", 1e-5f);
        Count("rope.dimension_count", shape.HeadDim);
        Number("rope.freq_base", shape.RopeBase);
        Count("vocab_size", shape.Vocabulary);
        if (shape.Experts > 0)
        {
            Count("expert_count", shape.Experts);
            Count("expert_used_count", shape.ExpertsUsed);
        }

        metadata.Add(new(GgufNames.TokenizerModel, GgufValues.Of(GgufNames.NoVocabulary)));
        return metadata;
    }

    private static List<SourceTensor> Tensors(ModelShape shape, ulong seed)
    {
        var tensors = new List<SourceTensor>();
        void Matrix(string name, params long[] sizes) => tensors.Add(new RandomTensor($"{name}.weight", sizes, seed, (uint)tensors.Count));
        void Norm(string name) => tensors.Add(new OnesTensor($"{name}.weight", shape.Width));
        long[] experts = shape.Experts > 0 ? [shape.Experts] : [];
        var (suffix, keyValues) = (shape.Experts > 0 ? "_exps" : "", (long)shape.KeyValueHeads * shape.HeadDim);
        Matrix("token_embd", shape.Vocabulary, shape.Width);
        for (var i = 0; i < shape.Layers; i++)
        {
            Norm($"blk.{i}.attn_norm");
            Matrix($"blk.{i}.attn_q", shape.Width, shape.Width);
            Matrix($"blk.{i}.attn_k", keyValues, shape.Width);
            Matrix($"blk.{i}.attn_v", keyValues, shape.Width);
            Matrix($"blk.{i}.attn_output", shape.Width, shape.Width);
            Norm($"blk.{i}.ffn_norm");
            if (shape.Experts > 0)
            {
                Matrix($"blk.{i}.ffn_gate_inp", shape.Experts, shape.Width);
            }

            Matrix($"blk.{i}.ffn_gate{suffix}", [.. experts, shape.FeedForward, shape.Width]);
            Matrix($"blk.{i}.ffn_up{suffix}", [.. experts, shape.FeedForward, shape.Width]);
            Matrix($"blk.{i}.ffn_down{suffix}", [.. experts, shape.Width, shape.FeedForward]);
        }

        Norm("output_norm");
        if (!shape.Tied)
        {
            Matrix("output", shape.Vocabulary, shape.Width);
        }

        return tensors;
    }
}
