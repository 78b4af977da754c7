using System.Text.Json;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Tokenizers.Tests;

public class TemplateConformanceTests
{
    public static TheoryData<int> Snippets => [.. TemplateCases.Snippets.Select(item => item.GetProperty("id").GetInt32())];

    public static TheoryData<string, string> Renderings
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string template in TemplateCases.Templates)
            {
                foreach (JsonElement item in TemplateCases.Rendered(template).GetProperty("cases").EnumerateArray())
                {
                    data.Add(template, item.GetProperty("conversation").GetString()!);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Snippets))]
    public void Render_Snippet_GivesReferenceOutput(int id)
    {
        JsonElement item = TemplateCases.Snippets.First(snippet => snippet.GetProperty("id").GetInt32() == id);
        string source = item.GetProperty("template").GetString()!;
        Check(item, "output", () => ChatTemplate.Parse(source, TemplateCases.Options).RenderPlain(TemplateCases.Dictionary(item.GetProperty("context"))), source);
    }

    [Theory, MemberData(nameof(Renderings))]
    public void Render_Conversation_GivesReferenceText(string template, string conversation)
    {
        JsonElement rendered = TemplateCases.Rendered(template);
        JsonElement item = rendered.GetProperty("cases").EnumerateArray().First(one => one.GetProperty("conversation").GetString() == conversation);
        JsonElement input = TemplateCases.Conversations[conversation];
        Dictionary<string, object?>[] messages = [.. input.GetProperty("messages").EnumerateArray().Select(TemplateCases.Dictionary)];
        bool prompt = input.GetProperty("add_generation_prompt").GetBoolean();
        Dictionary<string, object?> variables = TemplateCases.Variables(input, rendered, item);
        bool continues = input.TryGetProperty("continue_final_message", out JsonElement continued) && continued.GetBoolean();
        Check(item, "text", () =>
        {
            ChatTemplate parsed = ChatTemplate.Parse(TemplateCases.Source(template), TemplateCases.Options);
            return continues ? parsed.RenderContinued(messages, variables) : parsed.Render(messages, prompt, variables);
        }, conversation);
    }

    private static void Check(JsonElement item, string output, Func<string> render, string label)
    {
        string? error = item.TryGetProperty("error", out JsonElement kind) ? kind.GetString() : null;
        try
        {
            string text = render();
            error.ShouldBeNull($"should fail with {error}: {label}");
            text.ShouldBe(item.GetProperty(output).GetString(), label);
        }
        catch (TemplateException exception) when (exception.Kind == TemplateErrorKind.Unsupported)
        {
            Assert.Skip(exception.Message);
        }
        catch (TemplateException exception) when (error is not null)
        {
            exception.Kind.ToString().ToLowerInvariant().ShouldBe(error == "raise_exception" ? "raised" : error, $"{exception.Message} ({label})");
            if (item.TryGetProperty("message", out JsonElement message))
            {
                exception.Detail.ShouldBe(message.GetString());
            }

            exception.Line.ShouldBeGreaterThan(0);
        }
    }
}
