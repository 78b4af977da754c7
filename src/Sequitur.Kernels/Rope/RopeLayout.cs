namespace Sequitur.Kernels.Rope;

/// <summary>Which two columns of a head are rotated together.</summary>
public enum RopeLayout
{
    /// <summary>(i, i + rotary_dim/2): Llama, GPT-NeoX, Gemma.</summary>
    HalfSplit,

    /// <summary>(2i, 2i + 1): GPT-J, Cohere, DeepSeek.</summary>
    Neighbours,
}
