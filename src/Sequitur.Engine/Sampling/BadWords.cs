using System.Globalization;
using System.Text;
using Sequitur.Tokenizers;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Forbids sequences of tokens: the last token of each, where prompt and answer end with those before it. A word given as text stands for its tokens at the beginning of a text and behind a
/// space; other ways to cut the same letters into tokens stay possible.
/// </summary>
[Sampler("bad_words", Place = 20)]
public sealed class BadWords : Sampler, ISamplerParser
{
    private static readonly ListParameter Words = new("words", "--bad-words", "Never write this word; may be given several times", (text, label) =>
    {
        if (text.Trim().Length == 0)
        {
            throw new UsageException($"{label} must be a word, not an empty text");
        }
    });

    private static readonly ListParameter Ids = new("ids", null, "Token ids of a sequence, with spaces between them", (text, label) => Read(text, label));

    private readonly string[] _words;
    private readonly int[][] _sequences;

    /// <summary>Creates the sampler of token sequences.</summary>
    /// <param name="sequences">The sequences, none of them empty.</param>
    /// <exception cref="UsageException">A sequence is empty, or an id negative.</exception>
    public BadWords(IEnumerable<IReadOnlyList<int>> sequences)
        : this([], [.. sequences.Select(sequence => sequence.ToArray())])
    {
        if (_sequences.Any(sequence => sequence.Length == 0 || sequence.Any(id => id < 0)))
        {
            throw new UsageException("a forbidden sequence must have at least one token, and ids from 0");
        }
    }

    private BadWords(string[] words, int[][] sequences) => (_words, _sequences) = (words, sequences);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Words, Ids];

    /// <inheritdoc/>
    public override string Name => "bad_words";

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments)
    {
        var (words, sequences) = (arguments.Get(Words) ?? [], arguments.Get(Ids) ?? []);
        return words.Count + sequences.Count == 0 ? null : new BadWords([.. words], [.. sequences.Select(text => Read(text, Ids.Name))]);
    }

    /// <inheritdoc/>
    public override Sampler Bind(ByteLevelBpe tokenizer) => new BadWords([], [.. _sequences, .. _words.SelectMany(word => Forms(word, tokenizer))]);

    /// <inheritdoc/>
    public override void CheckModel(int vocabulary)
    {
        if (_words.Length > 0)
        {
            throw new UsageException("bad_words: words need the model's vocabulary: bind the chain to its tokenizer, or give token ids");
        }

        foreach (var id in _sequences.SelectMany(sequence => sequence))
        {
            if (id >= vocabulary)
            {
                throw new UsageException($"bad_words: token id {id} is not in the vocabulary of {vocabulary}");
            }
        }
    }

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        var forbidden = candidates.Tallies;
        foreach (var sequence in _sequences)
        {
            if (step.History.EndsWith(sequence.AsSpan()[..^1]))
            {
                forbidden[sequence[^1]] = 1;
            }
        }

        candidates.RemoveTallied();
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text
        .Add(Words, _words.Length > 0 ? _words : null)
        .Add(Ids, _sequences.Length > 0 ? _sequences.Select(sequence => string.Join(' ', sequence)) : null);

    private static IEnumerable<int[]> Forms(string word, ByteLevelBpe tokenizer)
    {
        foreach (var form in (string[])[word.Trim(), $" {word.Trim()}"])
        {
            var tokens = new List<TokenSpan>();
            tokenizer.Encode(Encoding.UTF8.GetBytes(form), SpecialTokens.None, tokens);
            yield return [.. tokens.Select(token => token.Id)];
        }
    }

    private static int[] Read(string text, string label)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int[] ids = [.. words.Select(word => int.TryParse(word, CultureInfo.InvariantCulture, out var id) && id >= 0 ? id : -1)];
        return ids.Length > 0 && !ids.Contains(-1) ? ids : throw new UsageException($"{label} must be token ids from 0 with spaces between them, not '{text}'");
    }
}
