using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>
/// How a family's checkpoints are written as GGUF: other names for keys and tensors, rows in another order, numbers with something added. Declared beside the family; read by whoever opens
/// such a file.
/// </summary>
public sealed class NameMap
{
    private readonly List<KeyName> _keys = [];
    private readonly List<DerivedKey> _derived = [];
    private readonly List<TensorRule> _tensors = [];

    /// <summary>A configuration key: Hugging Face's name, and GGUF's behind the architecture's name (<c>block_count</c>).</summary>
    /// <param name="key">Hugging Face's name.</param>
    /// <param name="ggufKey">GGUF's name.</param>
    /// <param name="required">Whether every file must state it, though Hugging Face's configurations have a default: GGUF knows none.</param>
    public NameMap Key(string key, string ggufKey, bool required = false)
    {
        _keys.Add(new(key, ggufKey, required));
        return this;
    }

    /// <summary>
    /// A configuration key that no key of the file gives: it follows from others (by Hugging Face's names, those derived before included), or from which tensors there are (by GGUF's names).
    /// </summary>
    /// <param name="key">Hugging Face's name.</param>
    /// <param name="value">The value; null for none.</param>
    public NameMap Derived(string key, Func<ModelConfig, Predicate<string>, object?> value)
    {
        _derived.Add(new(key, value));
        return this;
    }

    /// <summary>A tensor: both names, with <c>{i}</c> and <c>{e}</c> for numbers (of a layer, of an expert); <c>{0}</c> in Hugging Face's name stands for all experts, stacked in one tensor.</summary>
    /// <param name="name">Hugging Face's name.</param>
    /// <param name="ggufName">GGUF's name.</param>
    /// <param name="rows">Says which stored row (which number, of a vector) each logical one is.</param>
    /// <param name="added">What GGUF's numbers have in addition to Hugging Face's.</param>
    public NameMap Tensor(string name, string ggufName, Func<ModelConfig, int, int[]>? rows = null, float added = 0)
    {
        _tensors.Add(new(new(name), new(ggufName), rows, added));
        return this;
    }

    /// <summary>The keys: Hugging Face's name, GGUF's, and whether a file must have it.</summary>
    public IReadOnlyList<KeyName> Keys => _keys;

    /// <summary>The keys that follow from others.</summary>
    public IReadOnlyList<DerivedKey> DerivedKeys => _derived;

    /// <summary>Whether a file's key (without the architecture's name) is read.</summary>
    public bool Reads(string ggufKey) => _keys.Exists(k => k.GgufKey == ggufKey);

    /// <summary>The map for one model, whose head counts the row orders depend on.</summary>
    public BoundNameMap For(ModelConfig config) => new(this, config);

    /// <summary>
    /// Rows of queries and keys that GGUF keeps as neighbouring rotary pairs (2i, 2i+1) where Hugging Face has halves (i, i + d/2): logical row → stored row.
    /// </summary>
    /// <param name="rows">Rows of all heads.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="turned">Rows of a head that are turned, the first ones; all by default.</param>
    public static int[] NeighbouringPairs(int rows, int heads, int? turned = null)
    {
        var dim = rows / heads;
        var half = (turned ?? dim) / 2;
        int InHead(int row) => row < half ? 2 * row : row < 2 * half ? (2 * (row - half)) + 1 : row;
        var stored = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            stored[row] = (row / dim * dim) + InHead(row % dim);
        }

        return stored;
    }

    internal TensorRule? Find(string name, out string ggufName)
    {
        foreach (var rule in _tensors)
        {
            if (rule.Name.Matches(name, out var numbers))
            {
                ggufName = rule.GgufName.Fill(rule.Name, numbers);
                return rule;
            }
        }

        ggufName = name;
        return null;
    }

    internal sealed record TensorRule(NameTemplate Name, NameTemplate GgufName, Func<ModelConfig, int, int[]>? Rows, float Added);
}

/// <summary>A configuration key of both kinds of file.</summary>
/// <param name="Key">Hugging Face's name.</param>
/// <param name="GgufKey">GGUF's name, behind the architecture's.</param>
/// <param name="Required">Whether every GGUF file must state it.</param>
public sealed record KeyName(string Key, string GgufKey, bool Required);

/// <summary>A configuration key that follows from others, or from which tensors there are.</summary>
/// <param name="Key">Hugging Face's name.</param>
/// <param name="Value">The value; null for none.</param>
public sealed record DerivedKey(string Key, Func<ModelConfig, Predicate<string>, object?> Value);

/// <summary>How a tensor is stored.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Rows">Which stored row (number, of a vector) each logical one of so many is; null for the same order.</param>
/// <param name="Added">What the stored numbers have in addition.</param>
public sealed record StoredName(string Name, Func<int, int[]>? Rows = null, float Added = 0);

/// <summary>A <see cref="NameMap"/> for one model.</summary>
public sealed class BoundNameMap(NameMap map, ModelConfig config)
{
    /// <summary>How a tensor of a Hugging Face name is stored as GGUF.</summary>
    public StoredName Translate(string name) => map.Find(name, out var stored) is not { } rule ? new(name)
        : new(stored, rule.Rows is { } rows ? count => rows(config, count) : null, rule.Added);
}
