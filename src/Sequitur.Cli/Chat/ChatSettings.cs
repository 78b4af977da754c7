using System.CommandLine;
using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Engine;

namespace Sequitur.Cli.Chat;

/// <summary>The settings of a conversation: those that <c>run</c> has as options, read and checked by the same parser. They never change; <see cref="With"/> makes others.</summary>
internal sealed class ChatSettings
{
    /// <summary>What takes a setting back.</summary>
    public const string Default = "default";

    private const string System = "system";

    private readonly RequestFlags _flags = new(hasRaw: false);
    private readonly ParseResult _parsed;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _given;

    /// <param name="given">Values by the options' names without dashes.</param>
    /// <exception cref="UsageException">A name is unknown, a value impossible, or they make no sense together.</exception>
    public ChatSettings(IReadOnlyDictionary<string, IReadOnlyList<string>> given)
    {
        var command = new Command("set");
        _flags.AddTo(command);
        foreach (var name in given.Keys)
        {
            _ = OptionOf(name);
        }

        // A value may begin with dashes, and be empty.
        _parsed = command.Parse([.. given.SelectMany(pair => pair.Value.SelectMany(value => value.Length > 0 ? [$"--{pair.Key}={value}"] : new[] { $"--{pair.Key}", "" }))], CommandLine.Configuration);
        if (CommandLine.Problem(_parsed) is { } problem)
        {
            throw new UsageException(problem);
        }

        _ = _flags.Read(_parsed, "");
        _given = given;
    }

    /// <summary>The system message; null for the model's own.</summary>
    public string? SystemMessage => _given.TryGetValue(System, out var values) ? values[0] : null;

    /// <summary>What is set, but for the system message.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values => _given.Where(pair => pair.Key != System).ToDictionary();

    /// <summary>The request with a message.</summary>
    public TextRequest Request(string prompt) => _flags.Read(_parsed, prompt);

    /// <summary>Settings with another value; one of an option that may be given several times comes to those that are there.</summary>
    /// <param name="name">The option's name, dashes or not.</param>
    /// <param name="text">The value: as it stands, or in double quotes with the escapes of JSON; <see cref="Default"/> takes it back.</param>
    /// <exception cref="UsageException">There is no such name, or the value is impossible.</exception>
    public ChatSettings With(string name, string text)
    {
        var option = OptionOf(name);
        var given = _given.ToDictionary();
        var key = option.Name.TrimStart('-');
        if (text == Default)
        {
            given.Remove(key);
        }
        else
        {
            given[key] = [.. option.Arity.MaximumNumberOfValues > 1 && given.TryGetValue(key, out var before) ? before : [], Unquoted(text)];
        }

        return new(given);
    }

    /// <summary>Settings with another system message.</summary>
    public ChatSettings WithSystem(string? message)
    {
        var given = _given.ToDictionary();
        given.Remove(System);
        return new(message is null ? given : given.Append(new(System, [message])).ToDictionary());
    }

    /// <summary>These, and in their place what others have.</summary>
    public ChatSettings Under(ChatSettings others) => new(_given.Where(pair => !others._given.ContainsKey(pair.Key)).Concat(others._given).ToDictionary());

    /// <summary>Writes names and values.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="width">Columns.</param>
    /// <param name="name">The only one that is written; null for all.</param>
    /// <exception cref="UsageException">There is no such name.</exception>
    public void WriteTo(TextWriter writer, int width, string? name = null)
    {
        var table = new TextTable(new("setting"), new("value", Overflow: Overflow.CutEnd), new("meaning", Overflow: Overflow.CutEnd));
        foreach (var option in name is null ? _flags.Options : [OptionOf(name)])
        {
            var key = option.Name.TrimStart('-');
            table.Add(key, _given.TryGetValue(key, out var values) ? string.Join(", ", values.Select(Quoted)) : Default, option.Description ?? "");
        }

        table.WriteTo(writer, width);
    }

    private Option OptionOf(string name)
    {
        var key = name.TrimStart('-');
        return _flags.Options.FirstOrDefault(option => option.Name == $"--{key}")
            ?? throw new UsageException($"there is no setting '{PrintableText.Of(name)}'{Suggestions.Meant(key, _flags.Options.Select(option => option.Name.TrimStart('-')))} (/set lists all)");
    }

    private static string Unquoted(string text)
    {
        if (text is not ['"', .., '"'])
        {
            return text;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.GetString()!;
        }
        catch (JsonException)
        {
            return text; // quotes that belong to it
        }
    }

    // As it can be written again: in quotes where its ends, or what it is made of, would be lost.
    private static string Quoted(string text) =>
        text.Length > 0 && text.Trim() == text && text[0] != '"' && !text.Any(char.IsControl) ? PrintableText.Of(text) : $"\"{PrintableText.Of(text)}\"";
}
