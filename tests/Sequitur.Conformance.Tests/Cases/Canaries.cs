using System.IO.Enumeration;
using System.Text.Json;

namespace Sequitur.Conformance.Tests.Cases;

/// <summary>The parts of cases that must run: skipping one of them is a failure. They stand in a data file beside the tests, as patterns of paths below the corpus.</summary>
internal static class Canaries
{
    private static readonly Dictionary<string, string[]> Required =
        JsonSerializer.Deserialize<Dictionary<string, string[]>>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "canaries.json")))!;

    /// <summary>Whether a part of a case must run.</summary>
    public static bool MustRun(string caseId, string part) =>
        Required.Any(r => FileSystemName.MatchesSimpleExpression(r.Key, caseId) && (r.Value.Contains("*") || r.Value.Contains(part)));
}
