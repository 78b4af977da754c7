using System.Buffers;
using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>Finds the names of added tokens in a text: the leftmost, and of those that begin there the longest that is allowed.</summary>
internal sealed class AddedTokenMatcher
{
    // A trie; node 0 is the root. The walk from one position is no longer than the longest name.
    private readonly Dictionary<(int Node, byte Next), int> _children = [];
    private readonly List<AddedToken?> _tokens = [null];
    private readonly SearchValues<byte> _firstBytes;

    /// <summary>A matcher of these tokens.</summary>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        var first = new HashSet<byte>();
        foreach (AddedToken token in tokens)
        {
            byte[] name = Encoding.UTF8.GetBytes(token.Content);
            if (name.Length > 0)
            {
                first.Add(name[0]);
                Add(name, token);
            }
        }

        _firstBytes = SearchValues.Create([.. first]);
    }

    /// <summary>Whether there is anything to find.</summary>
    public bool IsEmpty => _children.Count == 0;

    /// <summary>The next token of a section.</summary>
    /// <param name="section">The text in which words end and spaces are taken along.</param>
    /// <param name="done">Where the token before ended; no token takes spaces from before.</param>
    /// <param name="from">Where the search begins; afterwards, where the next one does.</param>
    /// <param name="offset">Where the section begins in the whole text.</param>
    /// <param name="trusted">The parts of the whole text where control tokens are allowed.</param>
    /// <param name="found">The token and its bytes in the section.</param>
    public bool TryFind(ReadOnlySpan<byte> section, int done, ref int from, int offset, ReadOnlySpan<ByteRange> trusted, out TokenSpan found)
    {
        while (from < section.Length)
        {
            int step = section[from..].IndexOfAny(_firstBytes);
            if (step < 0)
            {
                break;
            }

            int start = from + step;
            AddedToken? token = Match(section, start, offset, trusted, out int length);
            int end = start + length;
            if (token is null)
            {
                // A forbidden name is passed over whole, but never what is trusted behind its beginning.
                from = Math.Max(start + 1, Math.Min(end, NextTrusted(trusted, offset + start) - offset));
                continue;
            }

            from = end;
            if (token.IsSingleWord && (Characters.EndsInWord(section[..start]) || Characters.BeginsWithWord(section[end..])))
            {
                continue;
            }

            start = token.StripsLeft ? Math.Max(done, Characters.StartOfTrailingSpaces(section[..start])) : start;
            end = token.StripsRight ? Characters.EndOfRun(section, end, CharacterClass.Space) : end;
            from = Math.Max(from, end);
            found = new TokenSpan(token.Id, start, end - start);
            return true;
        }

        from = section.Length;
        found = default;
        return false;
    }

    // The longest allowed name that begins at a position; else null, and the length of the longest of all.
    private AddedToken? Match(ReadOnlySpan<byte> section, int start, int offset, ReadOnlySpan<ByteRange> trusted, out int length)
    {
        length = 0;
        AddedToken? best = null;
        int node = 0;
        for (int at = start; at < section.Length && _children.TryGetValue((node, section[at]), out node); at++)
        {
            if (_tokens[node] is not { } token)
            {
                continue;
            }

            bool allowed = !token.IsControl || IsTrusted(trusted, offset + start, at + 1 - start);
            if (allowed || best is null)
            {
                length = at + 1 - start;
                best = allowed ? token : best;
            }
        }

        return best;
    }

    private static bool IsTrusted(ReadOnlySpan<ByteRange> trusted, int start, int length) =>
        CountBefore(trusted, start + 1) is int begun and > 0 && End(trusted[begun - 1]) >= start + length;

    // The first position behind this one that is trusted.
    private static int NextTrusted(ReadOnlySpan<ByteRange> trusted, int start)
    {
        int begun = CountBefore(trusted, start + 1);
        return begun > 0 && End(trusted[begun - 1]) > start + 1 ? start + 1 : begun < trusted.Length ? trusted[begun].Start : int.MaxValue;
    }

    private static int End(ByteRange range) => range.Start + range.Length;

    // How many ranges begin before a position: they ascend.
    private static int CountBefore(ReadOnlySpan<ByteRange> trusted, int position)
    {
        int low = 0;
        int high = trusted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = trusted[middle].Start < position ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Add(ReadOnlySpan<byte> name, AddedToken token)
    {
        int node = 0;
        foreach (byte next in name)
        {
            if (!_children.TryGetValue((node, next), out int child))
            {
                child = _tokens.Count;
                _tokens.Add(null);
                _children.Add((node, next), child);
            }

            node = child;
        }

        _tokens[node] = token;
    }
}
