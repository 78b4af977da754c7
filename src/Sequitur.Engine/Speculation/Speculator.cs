namespace Sequitur.Engine.Speculation;

/// <summary>The speculation of one sequence: its drafter, how much of a draft is tried, and what came of it.</summary>
internal sealed class Speculator
{
    private readonly IDrafter _drafter;
    private readonly DraftLength _length;
    private readonly PassCosts _costs;
    private readonly bool _adapts;
    private readonly int _vocabulary;
    private Draft _draft;
    private int _guess;
    private int _tried;

    /// <param name="options">How.</param>
    /// <param name="capacity">Tokens that the sequence may come to have.</param>
    /// <param name="vocabulary">Ids from this one on are none.</param>
    /// <param name="costs">What runs cost, as all sequences learn it.</param>
    public Speculator(SpeculationOptions options, int capacity, int vocabulary, PassCosts costs)
    {
        _vocabulary = vocabulary;
        Most = options.MostDrafted;
        _drafter = options.Start(capacity);
        _length = new DraftLength(_drafter.Expectations);
        _costs = costs;
        _adapts = options.Adapts;
    }

    /// <summary>The most tokens to draft for a run.</summary>
    public int Most { get; }

    /// <summary>What came of it so far.</summary>
    public SpeculationCounts Counts { get; private set; }

    /// <summary>Drafts the tokens that go into the next run.</summary>
    /// <param name="ids">Prompt and answer so far.</param>
    /// <param name="draft">Receives them; as many as the run may take, at least one.</param>
    /// <returns>How many.</returns>
    public int Draft(ReadOnlySpan<int> ids, Span<int> draft)
    {
        _draft = _drafter.Draft(ids, draft);
        _draft = _draft with { Count = Valid(draft[.._draft.Count]) };
        _guess = draft[0];
        _tried = _adapts ? _length.Of(_draft.Strength, _draft.Count, _costs) : _draft.Count;
        return _tried;
    }

    /// <summary>Learns what the run chose. A draft that was not tried costs nothing and is judged too, by its first token: so it is known when it would pay again.</summary>
    /// <param name="first">The first token that was chosen.</param>
    /// <param name="tokens">Tokens that were chosen.</param>
    /// <param name="accepted">Those of them that were drafted.</param>
    public void Learn(int first, int tokens, int accepted)
    {
        Counts = new SpeculationCounts(Counts.Passes + 1, Counts.Tokens + tokens, Counts.Drafted + _tried, Counts.Accepted + accepted);
        if (_tried > 0)
        {
            _length.Learn(_draft.Strength, accepted, Math.Min(tokens, _tried));
        }
        else if (_draft.Count > 0)
        {
            _length.Learn(_draft.Strength, first == _guess ? 1 : 0, 1);
        }

        (_draft, _tried) = (default, 0);
    }

    // A drafter may know tokens that the model does not, as one with a larger vocabulary would.
    private int Valid(ReadOnlySpan<int> draft)
    {
        var count = 0;
        while (count < draft.Length && (uint)draft[count] < (uint)_vocabulary)
        {
            count++;
        }

        return count;
    }
}
