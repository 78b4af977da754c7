using System.Text;
using Sequitur.Tokenizers;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// What ends repetitions: single tokens, or texts wherever they stand, over the borders of tokens too. Follows a growing sequence with a Knuth-Morris-Pratt automaton a text, so each of its
/// tokens is read once.
/// </summary>
internal sealed class DryBreakers
{
    private readonly HashSet<int> _single;
    private readonly (byte[] Text, int[] Failures)[] _texts;
    private readonly BpeVocabulary? _vocabulary;
    private readonly int[] _states;
    private int _read;
    private int _lastEnd;

    private DryBreakers(HashSet<int> single, (byte[] Text, int[] Failures)[] texts, BpeVocabulary? vocabulary) =>
        (_single, _texts, _vocabulary, _states) = (single, texts, vocabulary, new int[texts.Length]);

    /// <summary>Breakers that are tokens.</summary>
    public static DryBreakers OfIds(IEnumerable<int> ids) => new([.. ids], [], null);

    /// <summary>Breakers that are texts.</summary>
    public static DryBreakers OfTexts(IReadOnlyList<string> texts, BpeVocabulary vocabulary)
    {
        byte[][] bytes = [.. texts.Select(Encoding.UTF8.GetBytes)];
        var single = Enumerable.Range(0, vocabulary.Count).Where(id => bytes.Any(text => vocabulary.BytesOf(id).IndexOf(text) >= 0));
        return new([.. single], [.. bytes.Select(text => (text, Failures(text)))], vocabulary);
    }

    /// <summary>The same breakers for another sequence.</summary>
    public DryBreakers ForSequence() => new(_single, _texts, _vocabulary);

    /// <summary>Whether a token holds a breaker.</summary>
    public bool Breaks(int id) => _single.Contains(id);

    /// <summary>The number of tokens behind the last breaker; the sequence is the one of the last call, longer.</summary>
    public int TokensSince(ReadOnlySpan<int> sequence)
    {
        for (; _read < sequence.Length; _read++)
        {
            var id = sequence[_read];
            var ends = Breaks(id);
            if (_vocabulary is not null && id < _vocabulary.Count)
            {
                foreach (var value in _vocabulary.BytesOf(id))
                {
                    ends |= Read(value);
                }
            }

            _lastEnd = ends ? _read + 1 : _lastEnd;
        }

        return sequence.Length - _lastEnd;
    }

    private bool Read(byte value)
    {
        var ends = false;
        for (var i = 0; i < _texts.Length; i++)
        {
            var (text, failures) = _texts[i];
            var state = _states[i] == text.Length ? failures[^1] : _states[i];
            while (state > 0 && text[state] != value)
            {
                state = failures[state - 1];
            }

            _states[i] = text[state] == value ? state + 1 : 0;
            ends |= _states[i] == text.Length;
        }

        return ends;
    }

    // For each prefix the length of its longest proper prefix that is also its end.
    private static int[] Failures(byte[] text)
    {
        var failures = new int[text.Length];
        for (var (i, state) = (1, 0); i < text.Length; i++)
        {
            while (state > 0 && text[state] != text[i])
            {
                state = failures[state - 1];
            }

            state += text[state] == text[i] ? 1 : 0;
            failures[i] = state;
        }

        return failures;
    }
}
