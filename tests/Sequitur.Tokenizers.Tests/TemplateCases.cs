using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Tokenizers.Tests;

/// <summary>The cases of the chat-templates area.</summary>
internal static class TemplateCases
{
    private static readonly Lazy<JsonElement> s_snippets = new(() => Conformance.Json("chat-templates", "snippets.json"));
    private static readonly Lazy<JsonElement> s_conversations = new(() => Conformance.Json("chat-templates", "conversations.json"));

    public static TemplateOptions Options { get; } = new() { Now = DateTime.Parse(s_conversations.Value.GetProperty("now").GetString()!, CultureInfo.InvariantCulture) };

    public static IEnumerable<JsonElement> Snippets => s_snippets.Value.GetProperty("cases").EnumerateArray();

    public static Dictionary<string, JsonElement> Conversations { get; } =
        s_conversations.Value.GetProperty("cases").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!);

    public static IEnumerable<string> Templates => Directory.EnumerateFiles(Path.Combine(Conformance.Root, "chat-templates", "rendered"), "*.json")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static string Source(string template) => File.ReadAllText(Path.Combine(Conformance.Root, "chat-templates", "templates", template + ".jinja"));

    public static JsonElement Rendered(string template) => Conformance.Json("chat-templates", "rendered", template + ".json");

    public static Dictionary<string, object?> Dictionary(JsonElement element) => (Dictionary<string, object?>)Value(element)!;

    public static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToArray(),
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(pair => pair.Name, pair => Value(pair.Value)),
        _ => BigInteger.TryParse(element.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger integer) ? integer : element.GetDouble(),
    };

    /// <summary>What a conversation gives a template besides its messages.</summary>
    public static Dictionary<string, object?> Variables(JsonElement conversation, JsonElement rendered, JsonElement item)
    {
        var variables = new Dictionary<string, object?>();
        foreach (string key in new[] { "tools", "documents" })
        {
            if (conversation.TryGetProperty(key, out JsonElement value))
            {
                variables[key] = Value(value);
            }
        }

        foreach (string token in new[] { "bos_token", "eos_token" })
        {
            if (rendered.TryGetProperty(token, out JsonElement value) && value.ValueKind == JsonValueKind.String)
            {
                variables[token] = value.GetString();
            }
        }

        foreach ((JsonElement holder, string key) in new[] { (conversation, "kwargs"), (item, "extra_kwargs") })
        {
            if (holder.TryGetProperty(key, out JsonElement values))
            {
                foreach (JsonProperty pair in values.EnumerateObject())
                {
                    variables[pair.Name] = Value(pair.Value);
                }
            }
        }

        return variables;
    }
}
