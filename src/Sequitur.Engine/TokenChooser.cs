using Sequitur.Engine.Sampling;
using Sequitur.Models;

namespace Sequitur.Engine;

/// <summary>Chooses tokens by the logits of a run, one after the other: each by the sequence's own samplers, with all that stands before it.</summary>
/// <param name="vocabulary">Numbers in a row of logits.</param>
internal sealed class TokenChooser(int vocabulary)
{
    private readonly Candidates _candidates = new(vocabulary);

    /// <summary>
    /// Chooses the next token of a sequence whose prompt is through. If it is the one that was drafted there, the run has the logits behind it too, and the next one is chosen, until one is not what was drafted.
    /// </summary>
    /// <returns>Why the sequence has ended; <see cref="FinishReason.None"/> if it goes on.</returns>
    public FinishReason Choose(Sequence sequence)
    {
        var (generation, row, accepted) = (sequence.Generation, sequence.OutputRow, 0);
        var answering = generation.Tokens.Length > 0;
        var first = -1;
        bool guessed;
        FinishReason reason;
        do
        {
            var token = Next(sequence, row);
            first = row++ == sequence.OutputRow ? token : first;
            guessed = token == sequence.Guess;
            accepted += guessed ? 1 : 0;
            reason = Take(sequence, token);
        }
        while (guessed && reason == FinishReason.None);

        if (answering && sequence.Speculator is { } speculator)
        {
            speculator.Learn(first, row - sequence.OutputRow, accepted);
            generation.Speculation = speculator.Counts;
            if (reason == FinishReason.None)
            {
                sequence.ForgetGuesses();
            }
        }

        return reason;
    }

    private int Next(Sequence sequence, int row)
    {
        var generation = sequence.Generation;
        var logits = generation.Variant.Plan!.Output(Outputs.Logits);
        var numbers = logits.Memory.Slice(row * logits.Stride, (long)logits.Columns * sizeof(float)).AsSpan<float>();
        generation.Logits?.Add(numbers.ToArray());
        _candidates.Fill(numbers);
        var token = sequence.Sampler.Next(_candidates, sequence.Ids);
        generation.Reports?.Add(sequence.Sampler.Report!);
        return token;
    }

    private static FinishReason Take(Sequence sequence, int token)
    {
        var generation = sequence.Generation;
        if (Contains(generation.Request.StopIds, token))
        {
            generation.StopAt(token);
            return FinishReason.Stop;
        }

        return generation.Add(token) is var reason && reason != FinishReason.None ? reason
            : sequence.TryAppend(token) ? FinishReason.None
            : FinishReason.ContextLimit;
    }

    private static bool Contains(IReadOnlyList<int> ids, int id)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            if (ids[i] == id)
            {
                return true;
            }
        }

        return false;
    }
}
