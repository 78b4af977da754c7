using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sequitur.Bench.Figures;

/// <summary>What a measurement says about a claim.</summary>
[JsonConverter(typeof(VerdictConverter))]
internal enum Verdict
{
    /// <summary>The goal is met.</summary>
    Pass,

    /// <summary>It is not.</summary>
    Fail,

    /// <summary>It could not be measured here; the note says why.</summary>
    Skipped,

    /// <summary>Measured; nothing is claimed.</summary>
    Reported,
}

/// <summary>Writes verdicts as the table does.</summary>
internal sealed class VerdictConverter() : JsonStringEnumConverter<Verdict>(JsonNamingPolicy.SnakeCaseLower);

/// <summary>A number with its goal.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Value">The number; null where nothing was measured.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Goal">The goal as text; empty where nothing is claimed.</param>
/// <param name="Verdict">Whether it is met.</param>
/// <param name="Note">How it was measured, its spread, or why it was not.</param>
internal sealed record Measurement(string What, double? Value, string Unit, string Goal, Verdict Verdict, string Note)
{
    /// <summary>A number that must not exceed a limit.</summary>
    public static Measurement AtMost(string what, double value, string unit, double limit, string note = "") =>
        new(what, value, unit, $"≤ {Numbers.Format(limit)}", value <= limit ? Verdict.Pass : Verdict.Fail, note);

    /// <summary>A number that must reach a limit.</summary>
    public static Measurement AtLeast(string what, double value, string unit, double limit, string note = "") =>
        new(what, value, unit, $"≥ {Numbers.Format(limit)}", value >= limit ? Verdict.Pass : Verdict.Fail, note);

    /// <summary>A number about which nothing is claimed.</summary>
    public static Measurement Reported(string what, double value, string unit, string note = "") => new(what, value, unit, "", Verdict.Reported, note);

    /// <summary>Something that cannot be measured here.</summary>
    public static Measurement Skipped(string what, string reason) => new(what, null, "", "", Verdict.Skipped, reason);

    /// <summary>Something that went wrong.</summary>
    public static Measurement Failed(string what, string reason) => new(what, null, "", "", Verdict.Fail, reason);
}
