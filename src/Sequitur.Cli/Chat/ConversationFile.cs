using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sequitur.Kernels;

namespace Sequitur.Cli.Chat;

/// <summary>A message as it is saved.</summary>
internal sealed record SavedMessage(string Role, string Content);

/// <summary>The model of a saved conversation.</summary>
internal sealed record SavedModel(string Path, string? Name, string? Sha256);

/// <summary>A conversation as <c>/save</c> writes it, described in <c>docs/commands/chat.md</c>.</summary>
internal sealed record ConversationFile
{
    private const string SchemaName = "sequitur.conversation";
    private const int CurrentVersion = 1;
    private const long MostBytes = 256 << 20;

    /// <summary>The schema; empty in a file that is something else.</summary>
    public string Schema { get; init; } = "";

    /// <summary>Its version.</summary>
    public int Version { get; init; }

    /// <summary>The model that answered; another one may go on.</summary>
    public SavedModel? Model { get; init; }

    /// <summary>The system message; null for the model's own.</summary>
    public string? System { get; init; }

    /// <summary>Settings by name.</summary>
    public Dictionary<string, string[]> Settings { get; init; } = [];

    /// <summary>The messages: of user and assistant in turn.</summary>
    public SavedMessage[] Messages { get; init; } = [];

    private bool IsWhole => Settings is not null && !Settings.Values.Any(values => values is not { Length: > 0 } || values.Contains(null))
        && Messages is { } messages && messages.Length % 2 == 0
        && messages.Index().All(at => at.Item is { Content: not null } message && message.Role == (at.Index % 2 == 0 ? "user" : "assistant"))
        && !messages.Any(message => message.Role == "user" && message.Content.Length == 0);

    /// <summary>A conversation to be saved.</summary>
    public static ConversationFile Of(SavedModel model, Conversation conversation) => new()
    {
        Schema = SchemaName,
        Version = CurrentVersion,
        Model = model,
        System = conversation.Settings.SystemMessage,
        Settings = conversation.Settings.Values.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()),
        Messages = [.. conversation.Messages.Select(message => new SavedMessage(message.Role, message.Content))],
    };

    /// <summary>Writes a file, whole or not at all. Only another saved conversation is replaced.</summary>
    /// <exception cref="UsageException">The file is there and is something else.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path)
    {
        if (File.Exists(path) && !IsConversation(path))
        {
            throw new UsageException($"{path} is there and is no saved conversation: choose another name");
        }

        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, ConversationJson.Readable.ConversationFile));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidModelException">It is missing, broken, something else, or of another version.</exception>
    public static ConversationFile Load(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                throw new InvalidModelException($"{path} does not exist: name a file that /save wrote");
            }

            if (new FileInfo(path).Length > MostBytes)
            {
                throw new InvalidModelException($"{path} has more than {MostBytes} bytes, which no conversation has");
            }

            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), ConversationJson.Readable.ConversationFile);
            if (file is not { Schema: SchemaName })
            {
                throw new InvalidModelException($"{path} is no saved conversation: name a file that /save wrote");
            }

            return file switch
            {
                { Version: not CurrentVersion } => throw new InvalidModelException($"{path} was saved by another version of the program (its format is {file.Version}, this one reads {CurrentVersion})"),
                { IsWhole: false } => throw new InvalidModelException($"{path} is damaged: its messages are not of user and assistant in turn, or a setting has no value"),
                _ => file,
            };
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read as a conversation: {problem.Message}", problem);
        }
    }

    private static bool IsConversation(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ConversationJson.Readable.ConversationFile) is { Schema: SchemaName };
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>How a conversation is saved, without reflection.</summary>
[JsonSerializable(typeof(ConversationFile))]
internal sealed partial class ConversationJson : JsonSerializerContext
{
    /// <summary>On lines, with letters of all scripts as they are.</summary>
    public static ConversationJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
