namespace Sequitur.Tokenizers;

/// <summary>A registered pre-tokenizer.</summary>
/// <param name="Key">How model files name it.</param>
/// <param name="Create">Makes it.</param>
public sealed record RegisteredPreTokenizer(PreTokenizerAttribute Key, Func<IPreTokenizer> Create);

/// <summary>All pre-tokenizers, by the names that model files use.</summary>
[Registry(typeof(PreTokenizerAttribute))]
public static partial class PreTokenizers
{
    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IEnumerable<string> Names => All.SelectMany(entry => entry.Key.Names);

    /// <summary>The pre-tokenizer of that name.</summary>
    /// <param name="name">A value of the GGUF key <c>tokenizer.ggml.pre</c>, such as <c>gpt-2</c> or <c>smollm</c>.</param>
    /// <exception cref="UnsupportedModelException">There is none of that name.</exception>
    public static IPreTokenizer Create(string name) => Find(name).Create();

    /// <summary>The pre-tokenizer of that name, with what else the name means.</summary>
    /// <inheritdoc cref="Create"/>
    public static RegisteredPreTokenizer Find(string name) =>
        All.FirstOrDefault(entry => entry.Key.Names.Contains(name))
        ?? throw new UnsupportedModelException($"the pre-tokenizer '{name}' is not supported; known are {string.Join(", ", Names.Order(StringComparer.Ordinal))}");

    /// <summary>The pre-tokenizer that cuts as a regular expression does, or null where none is known to.</summary>
    /// <param name="pattern">The pattern of a <c>Split</c> in <c>tokenizer.json</c>, compared as text.</param>
    public static RegisteredPreTokenizer? FindPattern(string pattern) => All.FirstOrDefault(entry => entry.Key.Patterns.Contains(pattern));

    private static RegisteredPreTokenizer Enter<T>(PreTokenizerAttribute key)
        where T : IPreTokenizer, new() => new(key, () => new T());
}
