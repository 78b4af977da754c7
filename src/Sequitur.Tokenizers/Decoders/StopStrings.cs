using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>
/// Finds the strings that end a text while it comes in pieces, and holds back what may yet become one. The result does not depend on how the text is cut: read byte by byte, the first
/// string to be complete ends it, of two complete at the same byte the longer one. Held back is the longest end of the text that begins a stop string; it is given out as soon as it
/// cannot be one any more. Time is linear in the text and memory in the strings (one automaton each: Knuth, Morris and Pratt 1977); nothing is allocated while text comes.
/// </summary>
public sealed class StopStrings
{
    private readonly string[] _texts;
    private readonly byte[][] _stops;
    private readonly int[][] _borders;
    private readonly int[] _matched;
    private readonly bool _include;
    private int _found = -1;

    /// <summary>Creates the search for one text.</summary>
    /// <param name="stops">The strings; there may be none.</param>
    /// <param name="include">Whether the text given out ends with the stop string instead of before it.</param>
    /// <exception cref="UsageException">A string is empty, or is no text (half of a surrogate pair).</exception>
    public StopStrings(IReadOnlyList<string> stops, bool include = false)
    {
        _texts = [.. stops];
        _stops = [.. stops.Select(ToBytes)];
        _borders = [.. _stops.Select(Borders)];
        _matched = new int[_stops.Length];
        _include = include;
    }

    /// <summary>The string that ended the text; null while none has.</summary>
    public string? Found => _found < 0 ? null : _texts[_found];

    /// <summary>Takes a piece of the text: whole characters.</summary>
    /// <param name="text">The piece, in UTF-8. What follows a stop string in it is dropped.</param>
    /// <param name="write">Receives what cannot be part of a stop string, in whole characters; null to search only.</param>
    /// <returns>Whether the text has ended.</returns>
    public bool Append(ReadOnlySpan<byte> text, Action<ReadOnlySpan<byte>>? write)
    {
        if (_found >= 0)
        {
            return true;
        }

        // What was held back is the beginning of a stop string, so nothing has to be stored.
        var held = Held();
        for (var i = 0; i < text.Length && _found < 0; i++)
        {
            _found = Advance(text[i]);
            if (_found >= 0)
            {
                text = text[..(i + 1)];
            }
        }

        var kept = _found < 0 ? Held().Length : _include ? 0 : _stops[_found].Length;
        var given = held.Length + text.Length - kept;
        Write(held[..Math.Min(given, held.Length)], write);
        Write(text[..Math.Max(given - held.Length, 0)], write);
        return _found >= 0;
    }

    /// <summary>Ends the text: what is held back is no stop string and is given out.</summary>
    public void Flush(Action<ReadOnlySpan<byte>> write)
    {
        if (_found < 0)
        {
            Write(Held(), write);
            Array.Clear(_matched);
        }
    }

    private static void Write(ReadOnlySpan<byte> bytes, Action<ReadOnlySpan<byte>>? write)
    {
        if (bytes.Length > 0)
        {
            write?.Invoke(bytes);
        }
    }

    private ReadOnlySpan<byte> Held()
    {
        var longest = -1;
        for (var i = 0; i < _matched.Length; i++)
        {
            longest = longest < 0 || _matched[i] > _matched[longest] ? i : longest;
        }

        return longest < 0 ? [] : _stops[longest].AsSpan(0, _matched[longest]);
    }

    // Takes one byte. Returns the longest of the strings that it completes, or −1.
    private int Advance(byte next)
    {
        var found = -1;
        for (var i = 0; i < _stops.Length; i++)
        {
            var (stop, matched) = (_stops[i], _matched[i]);
            while (matched > 0 && stop[matched] != next)
            {
                matched = _borders[i][matched - 1];
            }

            _matched[i] = matched += stop[matched] == next ? 1 : 0;
            if (matched == stop.Length && (found < 0 || stop.Length > _stops[found].Length))
            {
                found = i;
            }
        }

        return found;
    }

    // For each beginning of the string, how much of its end is a beginning too.
    private static int[] Borders(byte[] stop)
    {
        var borders = new int[stop.Length];
        for (var (i, border) = (1, 0); i < stop.Length; i++)
        {
            while (border > 0 && stop[border] != stop[i])
            {
                border = borders[border - 1];
            }

            border += stop[border] == stop[i] ? 1 : 0;
            borders[i] = border;
        }

        return borders;
    }

    private static byte[] ToBytes(string stop)
    {
        try
        {
            return stop.Length > 0 ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(stop) : throw new UsageException("a stop string is empty: give at least one character");
        }
        catch (EncoderFallbackException problem)
        {
            throw new UsageException("a stop string is no text: it holds half of a surrogate pair", problem);
        }
    }
}
