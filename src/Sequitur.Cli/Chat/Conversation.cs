using Sequitur.Tokenizers.Templates;

namespace Sequitur.Cli.Chat;

/// <summary>What was said, and the settings: as much as the next answer depends on. It never changes; each turn makes another.</summary>
/// <param name="Settings">Settings, the system message among them.</param>
/// <param name="Messages">Messages of user and assistant in turn.</param>
internal sealed record Conversation(ChatSettings Settings, IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>Questions that were answered.</summary>
    public int Turns => Messages.Count / 2;

    /// <summary>One turn more.</summary>
    public Conversation With(string question, string answer) => this with { Messages = [.. Messages, new("user", question), new("assistant", answer)] };

    /// <summary>A saved conversation.</summary>
    /// <exception cref="InvalidModelException">Its file cannot be read, or a setting is impossible.</exception>
    public static Conversation Load(string path, out SavedModel? model)
    {
        var file = ConversationFile.Load(path);
        model = file.Model;
        try
        {
            var settings = new ChatSettings(file.Settings.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value)).WithSystem(file.System);
            return new(settings, [.. file.Messages.Select(message => new ChatMessage(message.Role, message.Content))]);
        }
        catch (UsageException problem)
        {
            throw new InvalidModelException($"{path} has a setting that is impossible: {problem.Message}", problem);
        }
    }
}
