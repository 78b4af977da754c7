namespace Sequitur.Engine.Sampling;

/// <summary>The tokens that may come next, with their logits; samplers change logits and remove tokens. One instance serves all steps of an engine.</summary>
public sealed class Candidates(int vocabulary)
{
    private readonly float[] _logits = new float[vocabulary];
    private readonly int[] _ids = new int[vocabulary];
    private readonly ulong[] _keys = new ulong[vocabulary];

    /// <summary>Tokens left.</summary>
    public int Count { get; private set; }

    /// <summary>Their ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Their logits, to be changed in place.</summary>
    public Span<float> Logits => _logits.AsSpan(0, Count);

    /// <summary>Starts anew with all tokens of a row of logits.</summary>
    public void Fill(ReadOnlySpan<float> logits)
    {
        Count = logits.Length;
        logits.CopyTo(_logits);
        for (var i = 0; i < Count; i++)
        {
            _ids[i] = i;
        }
    }

    /// <summary>Keeps one token only.</summary>
    public void KeepOnly(int index)
    {
        (_ids[0], _logits[0]) = (_ids[index], _logits[index]);
        Count = 1;
    }

    /// <summary>Orders by descending logit, ties by ascending id.</summary>
    public void Sort()
    {
        for (var i = 0; i < Count; i++)
        {
            // Floats as integers in the same order (negative ones reversed), inverted for descending; the id breaks ties.
            var bits = BitConverter.SingleToUInt32Bits(_logits[i]);
            var ordered = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
            _keys[i] = ((ulong)~ordered << 32) | (uint)_ids[i];
        }

        _keys.AsSpan(0, Count).Sort();
        for (var i = 0; i < Count; i++)
        {
            var ordered = ~(uint)(_keys[i] >> 32);
            _ids[i] = (int)(uint)_keys[i];
            _logits[i] = BitConverter.UInt32BitsToSingle((ordered & 0x80000000) != 0 ? ordered & 0x7FFFFFFF : ~ordered);
        }
    }
}
