using Sequitur.Engine.KvCache;
using Sequitur.Engine.Sampling;
using Sequitur.Engine.Speculation;
using Sequitur.Models;

namespace Sequitur.Engine;

/// <summary>A sequence that the engine runs: its pages, its rotary frequencies, and the tokens that still have to go through the model.</summary>
internal sealed class Sequence : IDisposable
{
    private readonly int[] _ids;
    private int _count;

    public Sequence(Generation generation, PagePool pool, IReadOnlyList<RopeSet> ropeSets, int context)
    {
        Generation = generation;
        Cache = new SequenceCache(pool);
        var prompt = generation.Request.Ids;
        Capacity = (int)Math.Min(context, (long)prompt.Count + generation.Request.MaxTokens);
        _ids = new int[Capacity];
        for (; _count < prompt.Count; _count++)
        {
            _ids[_count] = prompt[_count];
        }

        Sampler = generation.Request.Samplers.Start(generation.Request.Seed, Capacity, generation.Request.KeepReports);
        Rope = [.. ropeSets.Select(set => set.At(Capacity))];
    }

    public Generation Generation { get; }

    public SequenceCache Cache { get; }

    /// <summary>Positions that the sequence may come to have.</summary>
    public int Capacity { get; }

    /// <summary>Frequencies and scale of each rotary set, fixed for the sequence's life.</summary>
    public (float[] Frequencies, float Scale)[] Rope { get; }

    /// <summary>How its tokens are chosen.</summary>
    public SequenceSampler Sampler { get; }

    /// <summary>Tokens that have not been through the model.</summary>
    public int Pending => _count + Drafted - Cache.Length;

    /// <summary>Those of them that may go now.</summary>
    public int Ready => Generation.Request.Gate is { IsOpen: false } gate ? Math.Min(Pending, gate.Position - Cache.Length) : Pending;

    /// <summary>Tokens that go through it in the step that is being prepared.</summary>
    public int Taken { get; set; }

    /// <summary>The first of its rows in that step.</summary>
    public int FirstRow { get; set; }

    /// <summary>The row of logits that chooses the next token, or −1 while the prompt is not through. Those of drafted tokens follow it.</summary>
    public int OutputRow { get; set; }

    /// <summary>Drafts tokens ahead; null where that is off.</summary>
    public Speculator? Speculator { get; init; }

    /// <summary>Tokens behind <see cref="Ids"/> that are guessed: they go through the model with the last one.</summary>
    public int Drafted { get; private set; }

    public int Length => _count;

    public int this[int position] => _ids[position];

    /// <summary>Prompt and answer so far.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>The token that is guessed for the next place; −1 for none.</summary>
    public int Guess => Drafted > 0 ? _ids[_count] : -1;

    /// <summary>Drafts tokens behind the last one, where that is on and the run would choose a token of the answer's but the first.</summary>
    /// <param name="room">Tokens that the run has room for.</param>
    public void Draft(int room)
    {
        if (Speculator is null || Taken != 1 || Pending != 1 || Generation.Tokens.IsEmpty)
        {
            return;
        }

        // A run chooses one token more than it drafts, and no more than were asked for.
        var most = Math.Min(Math.Min(room, Generation.Most - Generation.Tokens.Length) - 1, Capacity - _count);
        most = Math.Min(most, Speculator.Most);
        Drafted = most > 0 && Cache.HasRoom(1 + most) ? Speculator.Draft(Ids, _ids.AsSpan(_count, most)) : 0;
        Taken += Drafted;
    }

    /// <summary>Appends a chosen token. A guess for its place is replaced, or becomes right; if it is wrong, so are those behind it.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAppend(int id)
    {
        if (_count == Capacity)
        {
            return false;
        }

        Drafted = Guess == id ? Drafted - 1 : 0;
        _ids[_count++] = id;
        return true;
    }

    /// <summary>Takes back what the cache holds of wrong guesses.</summary>
    public void ForgetGuesses()
    {
        Drafted = 0;
        if (Cache.Length >= _count)
        {
            Cache.Truncate(_count - 1);
        }
    }

    public void Dispose() => Cache.Dispose();
}
