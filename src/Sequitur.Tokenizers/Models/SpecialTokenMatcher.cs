using System.Buffers;

namespace Sequitur.Tokenizers;

/// <summary>Finds the names of control and user-defined tokens in a text: the leftmost, and of those that begin there the longest.</summary>
internal sealed class SpecialTokenMatcher
{
    // A trie; node 0 is the root. The walk from one position is no longer than the longest name.
    private readonly Dictionary<(int Node, byte Next), int> _children = [];
    private readonly List<int> _ids = [-1];
    private readonly SearchValues<byte> _firstBytes;

    /// <summary>A matcher of the special tokens of a vocabulary.</summary>
    public SpecialTokenMatcher(BpeVocabulary vocabulary)
    {
        var first = new HashSet<byte>();
        for (int id = 0; id < vocabulary.Count; id++)
        {
            ReadOnlySpan<byte> name = vocabulary.BytesOf(id);
            if (vocabulary.IsSpecial(id) && !name.IsEmpty)
            {
                first.Add(name[0]);
                Add(name, id);
            }
        }

        _firstBytes = SearchValues.Create([.. first]);
    }

    /// <summary>The first special token that lies in <paramref name="text"/>; false if there is none.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, out TokenSpan found)
    {
        int at = 0;
        while (at < text.Length)
        {
            int step = text[at..].IndexOfAny(_firstBytes);
            if (step < 0)
            {
                break;
            }

            at += step;
            if (TryMatch(text, at, out found))
            {
                return true;
            }

            at++;
        }

        found = default;
        return false;
    }

    private bool TryMatch(ReadOnlySpan<byte> text, int start, out TokenSpan found)
    {
        found = default;
        int node = 0;
        bool any = false;
        for (int at = start; at < text.Length && _children.TryGetValue((node, text[at]), out node); at++)
        {
            if (_ids[node] >= 0)
            {
                found = new TokenSpan(_ids[node], start, at + 1 - start);
                any = true;
            }
        }

        return any;
    }

    private void Add(ReadOnlySpan<byte> name, int id)
    {
        int node = 0;
        foreach (byte next in name)
        {
            if (!_children.TryGetValue((node, next), out int child))
            {
                child = _ids.Count;
                _ids.Add(-1);
                _children.Add((node, next), child);
            }

            node = child;
        }

        _ids[node] = id;
    }
}
