using System.Globalization;

namespace Sequitur.Insight;

/// <summary>Positions of a prompt, as users write them: <c>all</c>, <c>3</c>, <c>2-5</c>, <c>0,4,7-9</c>; −1 is the last of the prompt.</summary>
public sealed class Positions
{
    private readonly IReadOnlyList<(int First, int Last)>? _ranges;
    private readonly string _text;

    private Positions(string text, IReadOnlyList<(int, int)>? ranges) => (_text, _ranges) = (text, ranges);

    /// <summary>All positions, of the answer too.</summary>
    public static Positions All { get; } = new("all", null);

    /// <summary>Whether these are all positions, of the answer too.</summary>
    public bool AreAll => _ranges is null;

    /// <summary>Reads positions.</summary>
    /// <exception cref="UsageException">They are none.</exception>
    public static Positions Parse(string text) => text == "all" ? All : new(text, [.. text.Split(',').Select(part => Range(part.Trim(), text))]);

    /// <summary>The positions of a prompt, ascending; null for all.</summary>
    /// <param name="tokens">Positions that the prompt has.</param>
    /// <exception cref="UsageException">The prompt has not so many.</exception>
    public int[]? Of(int tokens) => _ranges is null ? null : [.. _ranges.SelectMany(range => Expand(range, tokens)).Distinct().Order()];

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static (int, int) Range(string part, string text)
    {
        var dash = part.IndexOf('-', Math.Min(1, part.Length));
        var (first, last) = dash < 0 ? (part, part) : (part[..dash], part[(dash + 1)..]);
        return int.TryParse(first, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(last, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var to)
            ? (from, to)
            : throw new UsageException($"'{text}' are no positions: write all, 3, 2-5 or 0,4,7-9; -1 is the last one");
    }

    private IEnumerable<int> Expand((int First, int Last) range, int tokens)
    {
        var (first, last) = (range.First < 0 ? range.First + tokens : range.First, range.Last < 0 ? range.Last + tokens : range.Last);
        return first >= 0 && last >= first && last < tokens
            ? Enumerable.Range(first, last - first + 1)
            : throw new UsageException($"there are no positions {_text}: the prompt has positions 0 to {tokens - 1}");
    }
}
