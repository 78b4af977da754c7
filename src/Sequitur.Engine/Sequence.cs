using Sequitur.Engine.KvCache;
using Sequitur.Engine.Sampling;
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
    public int Pending => _count - Cache.Length;

    /// <summary>Those of them that may go now.</summary>
    public int Ready => Generation.Request.Gate is { IsOpen: false } gate ? Math.Min(Pending, gate.Position - Cache.Length) : Pending;

    /// <summary>Tokens that go through it in the step that is being prepared.</summary>
    public int Taken { get; set; }

    /// <summary>The first of its rows in that step.</summary>
    public int FirstRow { get; set; }

    /// <summary>The row of logits that chooses the next token, or −1 while the prompt is not through.</summary>
    public int OutputRow { get; set; }

    public int Length => _count;

    public int this[int position] => _ids[position];

    /// <summary>Prompt and answer so far.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    public bool TryAppend(int id)
    {
        if (_count == Capacity)
        {
            return false;
        }

        _ids[_count++] = id;
        return true;
    }

    public void Dispose() => Cache.Dispose();
}
