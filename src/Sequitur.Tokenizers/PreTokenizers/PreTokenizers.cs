namespace Sequitur.Tokenizers;

/// <summary>All pre-tokenizers, by the names that model files use.</summary>
public static partial class PreTokenizers
{
    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>The pre-tokenizer of that name.</summary>
    /// <param name="name">A value of the GGUF key <c>tokenizer.ggml.pre</c>, such as <c>gpt-2</c> or <c>smollm</c>.</param>
    /// <exception cref="UnsupportedModelException">There is none of that name.</exception>
    public static IPreTokenizer Create(string name) =>
        s_all.TryGetValue(name, out Func<IPreTokenizer>? make)
            ? make()
            : throw new UnsupportedModelException($"The pre-tokenizer \"{name}\" is not supported; known are {string.Join(", ", Names.Order(StringComparer.Ordinal))}.");
}
