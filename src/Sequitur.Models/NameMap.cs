using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>
/// How a family's checkpoints are written as GGUF: other names for keys and tensors, and rows in another order. Declared beside the family; read by whoever opens such a file.
/// </summary>
public sealed class NameMap
{
    private readonly List<(string Key, string GgufKey, bool Required)> _keys = [];
    private readonly List<TensorRule> _tensors = [];

    /// <summary>A configuration key: Hugging Face's name, and GGUF's behind the architecture's name (<c>block_count</c>).</summary>
    /// <param name="key">Hugging Face's name.</param>
    /// <param name="ggufKey">GGUF's name.</param>
    /// <param name="required">Whether every file must state it, though Hugging Face's configurations have a default: GGUF knows none.</param>
    public NameMap Key(string key, string ggufKey, bool required = false)
    {
        _keys.Add((key, ggufKey, required));
        return this;
    }

    /// <summary>A tensor: both names, with <c>{i}</c> for a number; <paramref name="rows"/> says which stored row each logical row is.</summary>
    public NameMap Tensor(string name, string ggufName, Func<ModelConfig, int, int[]>? rows = null)
    {
        _tensors.Add(new(new Regex($"^{Regex.Escape(name).Replace("\\{i}", "(\\d+)", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant), ggufName, rows));
        return this;
    }

    /// <summary>The keys: Hugging Face's name, GGUF's, and whether a file must have it.</summary>
    public IReadOnlyList<(string Key, string GgufKey, bool Required)> Keys => _keys;

    /// <summary>The map for one model, whose head counts the row orders depend on.</summary>
    public BoundNameMap For(ModelConfig config) => new(this, config);

    /// <summary>
    /// Rows of queries and keys that GGUF keeps as neighbouring rotary pairs (2i, 2i+1) where Hugging Face has halves (i, i + d/2): logical row → stored row.
    /// </summary>
    public static int[] NeighbouringPairs(int rows, int heads)
    {
        var dim = rows / heads;
        return [.. Enumerable.Range(0, rows).Select(row => (row / dim * dim) + (row % dim < dim / 2 ? 2 * (row % dim) : (2 * ((row % dim) - (dim / 2))) + 1))];
    }

    internal (string Name, Func<ModelConfig, int, int[]>? Rows) Translate(string name)
    {
        foreach (var rule in _tensors)
        {
            var match = rule.Pattern.Match(name);
            if (match.Success)
            {
                var number = match.Groups.Count > 1 ? match.Groups[1].Value : "";
                return (rule.GgufName.Replace("{i}", number, StringComparison.Ordinal).ToString(CultureInfo.InvariantCulture), rule.Rows);
            }
        }

        return (name, null);
    }

    private sealed record TensorRule(Regex Pattern, string GgufName, Func<ModelConfig, int, int[]>? Rows);
}

/// <summary>A <see cref="NameMap"/> for one model.</summary>
public sealed class BoundNameMap(NameMap map, ModelConfig config)
{
    /// <summary>GGUF's name of a tensor, and the order of its rows where it differs.</summary>
    public (string Name, Func<int, int[]>? Rows) Translate(string name)
    {
        var (translated, rows) = map.Translate(name);
        return (translated, rows is null ? null : count => rows(config, count));
    }
}
