namespace Sequitur.Tokenizers;

/// <summary>A registered pre-tokenizer.</summary>
/// <param name="Names">The names that model files use for it.</param>
/// <param name="Create">Makes it.</param>
public sealed record RegisteredPreTokenizer(IReadOnlyList<string> Names, Func<IPreTokenizer> Create);

/// <summary>All pre-tokenizers, by the names that model files use.</summary>
[Registry(typeof(PreTokenizerAttribute))]
public static partial class PreTokenizers
{
    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IEnumerable<string> Names => All.SelectMany(entry => entry.Names);

    /// <summary>The pre-tokenizer of that name.</summary>
    /// <param name="name">A value of the GGUF key <c>tokenizer.ggml.pre</c>, such as <c>gpt-2</c> or <c>smollm</c>.</param>
    /// <exception cref="UnsupportedModelException">There is none of that name.</exception>
    public static IPreTokenizer Create(string name) =>
        All.FirstOrDefault(entry => entry.Names.Contains(name))?.Create()
        ?? throw new UnsupportedModelException($"the pre-tokenizer '{name}' is not supported; known are {string.Join(", ", Names.Order(StringComparer.Ordinal))}");

    private static RegisteredPreTokenizer Enter<T>(PreTokenizerAttribute key)
        where T : IPreTokenizer, new() => new(key.Names, () => new T());
}
