namespace Sequitur.Engine.Sampling;

/// <summary>Keys whose ascending order is that of descending logits, ties by ascending id, and their sort.</summary>
internal static class KeyOrder
{
    /// <summary>Bits of a digit of the radix sort: three digits cover a logit, and the counts stay in the first-level cache.</summary>
    public const int DigitBits = 11;

    private const uint Sign = 0x80000000;

    /// <summary>Floats as integers in the same order (negative ones reversed), inverted for descending; the id breaks ties.</summary>
    public static ulong Of(float logit, int id)
    {
        var bits = BitConverter.SingleToUInt32Bits(logit);
        var ordered = (bits & Sign) != 0 ? ~bits : bits | Sign;
        return ((ulong)~ordered << 32) | (uint)id;
    }

    /// <summary>What a key was made of.</summary>
    public static (float Logit, int Id) Back(ulong key)
    {
        var ordered = ~(uint)(key >> 32);
        return (BitConverter.UInt32BitsToSingle((ordered & Sign) != 0 ? ordered & ~Sign : ~ordered), (int)(uint)key);
    }

    /// <summary>Sorts keys that stand by ascending id: a stable radix sort, least digit first, of their logits alone.</summary>
    /// <param name="keys">The keys; sorted in place.</param>
    /// <param name="other">As much room again.</param>
    /// <param name="count">How many.</param>
    /// <param name="digits">Room for 2^<see cref="DigitBits"/> counts.</param>
    public static void Sort(ulong[] keys, ulong[] other, int count, int[] digits)
    {
        const int Mask = (1 << DigitBits) - 1;
        var (from, to) = (keys, other);
        for (var shift = 32; shift < 64; shift += DigitBits)
        {
            Array.Clear(digits);
            for (var i = 0; i < count; i++)
            {
                digits[(int)(from[i] >> shift) & Mask]++;
            }

            var start = 0;
            foreach (ref var digit in digits.AsSpan())
            {
                (digit, start) = (start, start + digit);
            }

            for (var i = 0; i < count; i++)
            {
                to[digits[(int)(from[i] >> shift) & Mask]++] = from[i];
            }

            (from, to) = (to, from);
        }

        from.AsSpan(0, count).CopyTo(keys); // three passes end in the other array
    }
}
