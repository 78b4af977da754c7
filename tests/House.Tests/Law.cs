namespace House.Tests;

/// <summary>How a law is judged.</summary>
internal static class Law
{
    /// <summary>Fails with every violation on a line of its own.</summary>
    public static void ShouldHold(this IEnumerable<string> violations, string law)
    {
        var found = violations.ToList();
        if (found.Count > 0)
        {
            Assert.Fail($"{law}\n  {string.Join("\n  ", found)}");
        }
    }
}
