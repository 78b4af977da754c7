namespace Sequitur.Tokenizers.Templates;

internal enum ListKind
{
    List,
    Tuple,
    Range,
}

/// <summary>
/// How much a value holds. Values may share parts (<c>x = [x, x]</c> doubles what printing x writes), so each knows its size and depth as
/// if nothing were shared; both are bounded when it is made, and everything that walks through values ends.
/// </summary>
/// <param name="Size">How many parts there are.</param>
/// <param name="Depth">How deep they are nested.</param>
/// <param name="Characters">How long its texts are together.</param>
internal readonly record struct ValueSize(long Size, int Depth, long Characters = 0)
{
    private const long MaxSize = 1 << 22;
    private const int MaxDepth = 150;

    public static ValueSize Of(object? value) => value switch
    {
        ListValue list => list.Total,
        DictValue dict => dict.Total,
        Text text => new ValueSize(1, 0, text.Length),
        _ => new ValueSize(1, 0),
    };

    /// <summary>The extent of a container that also holds <paramref name="value"/>.</summary>
    public ValueSize With(object? value)
    {
        ValueSize other = Of(value);
        var sum = new ValueSize(Size + other.Size, Math.Max(Depth, other.Depth + 1), Characters + other.Characters);
        return sum.Size <= MaxSize && sum.Depth <= MaxDepth
            ? sum
            : throw new TemplateFailure(TemplateErrorKind.Limit, $"a value holds more than {MaxSize} parts, or is nested deeper than {MaxDepth} levels");
    }
}

/// <summary>A list, tuple or range; never changed once made.</summary>
internal sealed class ListValue(IReadOnlyList<object?> items, ListKind kind = ListKind.List)
{
    public IReadOnlyList<object?> Items { get; } = items;

    public ListKind Kind { get; } = kind;

    public ValueSize Total { get; } = items.Aggregate(new ValueSize(1, 0), (extent, item) => extent.With(item));

    /// <summary>Names by which a tuple's items can be read as attributes, too.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>How Python prints a range.</summary>
    public string? RangeText { get; init; }
}

/// <summary>A mapping in order of insertion, with Python's equality of keys (1, 1.0 and true are one key); never changed once shared.</summary>
internal sealed class DictValue
{
    private readonly OrderedDictionary<DictKey, object?> _entries = [];

    public int Count => _entries.Count;

    public ValueSize Total { get; private set; } = new(1, 0);

    public IEnumerable<(object? Key, object? Value)> Entries => _entries.Select(entry => (entry.Key.Value, entry.Value));

    public IEnumerable<object?> Keys => _entries.Select(entry => entry.Key.Value);

    public bool TryGet(object? key, out object? value) => _entries.TryGetValue(new DictKey(key), out value);

    public bool TryGet(string key, out object? value) => TryGet(Text.Of(key, trusted: true), out value);

    /// <summary>Only for who makes the mapping.</summary>
    public void Set(object? key, object? value)
    {
        Total = Total.With(key).With(value);
        _entries[new DictKey(key)] = value;
    }

    public void Set(string key, object? value) => Set(Text.Of(key, trusted: true), value);

    private readonly struct DictKey(object? value) : IEquatable<DictKey>
    {
        public object? Value { get; } = value;

        public bool Equals(DictKey other) => Values.AreEqual(Value, other.Value);

        public override bool Equals(object? other) => other is DictKey key && Equals(key);

        public override int GetHashCode() => Values.Hash(Value);
    }
}

/// <summary>What <c>namespace()</c> makes: the only thing whose attributes a template can set.</summary>
internal sealed class NamespaceValue
{
    private readonly Dictionary<string, object?> _attributes = new(StringComparer.Ordinal);

    public bool TryGet(string name, out object? value) => _attributes.TryGetValue(name, out value);

    /// <summary>Sets an attribute; names that begin with an underscore are out of reach.</summary>
    public void Set(string name, object? value)
    {
        if (name.StartsWith('_'))
        {
            throw new TemplateFailure(TemplateErrorKind.Security, $"a namespace cannot hold '{name}': names that begin with an underscore are out of reach");
        }

        _attributes[name] = value;
    }
}
