using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Formats.HuggingFace;
using Sequitur.Models;

namespace Sequitur.Cli.ModelFiles;

/// <summary>A line of <c>list</c>.</summary>
/// <param name="Place">Where the model is.</param>
/// <param name="Facts">What its files say; null where they cannot be read.</param>
/// <param name="Problem">Why it cannot be run; null where nothing is known against it.</param>
internal sealed record ListedModel(ModelPlace Place, ModelFacts? Facts, string? Problem)
{
    /// <summary>What it is called.</summary>
    public string Name => Place.Name ?? Facts?.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Place.Path));

    /// <summary>Reads what can be read.</summary>
    public static ListedModel Of(ModelPlace place)
    {
        try
        {
            var facts = ModelFacts.Read(place.Path);
            return new(place, facts, Unsupported(facts));
        }
        catch (Exception problem) when (problem is SequiturException or UnsupportedModelException or IOException or UnauthorizedAccessException)
        {
            return new(place, null, problem.Message);
        }
    }

    private static string? Unsupported(ModelFacts facts)
    {
        try
        {
            _ = facts.Format.StartsWith("GGUF", StringComparison.Ordinal)
                ? ArchitectureRegistry.FindGguf(facts.Architecture ?? "")
                : ArchitectureRegistry.Find(HuggingFaceConfig.Load(facts.Path));
            return null;
        }
        catch (Exception problem) when (problem is SequiturException or UnsupportedModelException)
        {
            return problem.Message;
        }
    }
}

/// <summary>What <c>list</c> writes: a row for each model, or one JSON object, described in <c>docs/commands/list.md</c>.</summary>
/// <param name="models">The models.</param>
internal sealed class ModelList(IReadOnlyList<ListedModel> models)
{
    private const string Schema = "sequitur.list";
    private const int Version = 1;

    /// <summary>The table, and below it what is wrong with those that cannot be run.</summary>
    public void WriteTable(TextWriter writer, int width)
    {
        TableColumn[] columns = [new("name", Overflow: Overflow.CutEnd), new("architecture", Overflow: Overflow.CutEnd), new("parameters", true), new("size", true), new("path", Overflow: Overflow.CutStart)];
        var (table, problems) = (new TextTable(columns), new TextTable(new TableColumn(""), new("", Overflow: Overflow.Fold)) { HasTitles = false, Indent = 2 });
        foreach (var model in models)
        {
            var (facts, sign) = (model.Facts, model.Problem is null ? "" : "! ");
            table.Add(
                sign + PrintableText.Of(model.Name), PrintableText.Of(facts?.Architecture ?? "?"), facts is null ? "?" : Short(facts.Parameters), facts is null ? "?" : Quantity.Bytes(facts.Files.Sum(file => file.Bytes)),
                PrintableText.Of(model.Place.Path));
            if (model.Problem is { } problem)
            {
                problems.Add("!", PrintableText.Of(problem.Contains(model.Place.Path, StringComparison.Ordinal) ? problem : $"{model.Place.Path}: {problem}"));
            }
        }

        table.WriteTo(writer, width);
        if (models.Any(model => model.Problem is not null))
        {
            writer.Write("\nThese cannot be run\n");
            problems.WriteTo(writer, width);
        }
    }

    /// <summary>The same as one line of JSON.</summary>
    public void WriteJson(ResultStream output)
    {
        var line = new JsonLine(Schema, Version);
        var json = line.Json;
        json.WriteStartArray("models");
        foreach (var model in models)
        {
            json.WriteStartObject();
            json.WriteString("name", model.Name);
            json.WriteString("path", model.Place.Path);
            json.WriteString("architecture", model.Facts?.Architecture);
            json.WriteString("format", model.Facts?.Format);
            Number(json, "parameters", model.Facts?.Parameters);
            Number(json, "bytes", model.Facts?.Files.Sum(file => file.Bytes));
            json.WriteString("problem", model.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        line.WriteTo(output);
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Short(long count) => count switch
    {
        >= 1_000_000_000 => $"{Quantity.Number(count / 1e9)} B",
        >= 1_000_000 => $"{Quantity.Number(count / 1e6)} M",
        >= 1_000 => $"{Quantity.Number(count / 1e3)} k",
        _ => Quantity.Number(count),
    };
}
