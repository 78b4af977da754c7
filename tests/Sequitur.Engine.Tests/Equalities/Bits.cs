namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Compares numbers by their bits. The numbers must be numbers: two NaNs would be equal without saying anything.</summary>
internal static class Bits
{
    /// <summary>Every bit is the same, and every number finite.</summary>
    public static void ShouldBeBitwise(this float[] actual, float[] expected, string what)
    {
        actual.Length.ShouldBe(expected.Length, what);
        var (first, count) = (-1, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!float.IsFinite(expected[i]))
            {
                Assert.Fail($"{what}: number {i} of {expected.Length} is expected to be {expected[i]}");
            }

            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]))
            {
                first = first < 0 ? i : first;
                count++;
            }
        }

        if (count > 0)
        {
            Assert.Fail($"{what}: {count} of {expected.Length} numbers differ, the first at {first}: {actual[first]:R} instead of {expected[first]:R}");
        }
    }
}
