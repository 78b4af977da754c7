using Sequitur.Engine.Speculation;

namespace Sequitur.Engine.Tests.Speculation;

/// <summary>A drafter that knows how the sequence goes on, and says something else as often as it is told to.</summary>
/// <param name="sequence">Prompt and answer.</param>
/// <param name="vocabulary">Entries of the vocabulary.</param>
/// <param name="isWrong">Whether it lies about the token at a position.</param>
internal sealed class Oracle(int[] sequence, int vocabulary, Func<int, bool> isWrong) : IDrafter
{
    public IReadOnlyList<double> Expectations { get; } = [0.5];

    /// <summary>Tokens that it drafted.</summary>
    public int Drafted { get; private set; }

    public Draft Draft(ReadOnlySpan<int> ids, Span<int> draft)
    {
        var count = Math.Min(draft.Length, sequence.Length - ids.Length);
        for (var i = 0; i < count; i++)
        {
            var position = ids.Length + i;
            draft[i] = isWrong(position) ? (sequence[position] + 1) % vocabulary : sequence[position];
        }

        Drafted += count;
        return new Draft(count, 0);
    }
}

/// <summary>A drafter that draws tokens without looking.</summary>
/// <param name="vocabulary">Entries of the vocabulary; some ids are beyond it.</param>
internal sealed class Guesser(int vocabulary) : IDrafter
{
    private readonly Random _random = new(1);

    public IReadOnlyList<double> Expectations { get; } = [0.1, 0.9];

    public Draft Draft(ReadOnlySpan<int> ids, Span<int> draft)
    {
        var count = _random.Next(draft.Length + 1);
        for (var i = 0; i < count; i++)
        {
            draft[i] = _random.Next(-1, vocabulary + 2);
        }

        return new Draft(count, _random.Next(2));
    }
}
