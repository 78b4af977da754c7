using System.Text.Json;
using Sequitur.Engine.Speculation;

namespace Sequitur.Cli.Output;

/// <summary>What drafting ahead did, in JSON.</summary>
internal static class SpeculationJson
{
    /// <summary>Writes its counts, or why there are none; null where it is switched off.</summary>
    public static void WriteSpeculation(this Utf8JsonWriter json, string name, SpeculationCounts? counts, string? whyNot = null)
    {
        if (counts is null && whyNot is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        if (counts is { } some)
        {
            json.WriteNumber("passes", some.Passes);
            json.WriteNumber("drafted", some.Drafted);
            json.WriteNumber("accepted", some.Accepted);
            json.WriteNumber("tokens_per_pass", Math.Round(some.TokensPerPass, 3));
        }
        else
        {
            json.WriteString("off", whyNot);
        }

        json.WriteEndObject();
    }
}
