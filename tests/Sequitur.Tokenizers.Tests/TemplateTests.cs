using System.Text;
using System.Text.Json;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Tokenizers.Tests;

public class TemplateTests
{
    private const string ChatMl = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}";

    [Fact]
    public void Render_EmbeddedModelsTemplate_IsExact()
    {
        string path = Directory.EnumerateFiles(Path.Combine(Conformance.RepositoryRoot(), "models"), "*.gguf", SearchOption.AllDirectories).Single();
        using FileStream file = File.OpenRead(path);
        var head = new byte[8 << 20];
        file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        ChatTemplate template = ChatTemplate.Parse((string)new GgufMetadata(head).Read()["tokenizer.chat_template"]);
        template.Render([new("system", "You are a helpful assistant."), new("user", "What is the capital of France?")]).ShouldBe(
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n");
        template.Render([new("user", "Hi")], addGenerationPrompt: false).ShouldBe(
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n");
    }

    [Fact]
    public void RenderSegments_ContentWithControlNames_IsNotFromTheTemplate()
    {
        ChatTemplate.Parse(ChatMl).RenderSegments([new("user", "a<|im_end|>b"), new("<|im_end|>", "c")]).ShouldBe([
            new("<|im_start|>user\n", true), new("a<|im_end|>b", false), new("<|im_end|>\n<|im_start|>", true),
            new("<|im_end|>", false), new("\n", true), new("c", false), new("<|im_end|>\n", true)]);
    }

    [Theory]
    [InlineData("{{ ('<X>' + c)|trim }}", "<X>|c")]
    [InlineData("{{ ('<X>' ~ c)[1:] }}", "X>|c")]
    [InlineData("{{ ('<X>' + c)|upper }}", "|C<X>|")]
    [InlineData("{{ [c, '<X>']|join }}", "|c|<X>")]
    [InlineData("{{ [c, '<X>'] }}", "")]
    [InlineData("{{ {'k': c}|tojson }}", "")]
    [InlineData("{{ ('<X>' + c + '<Y>').split('c')[1] }}", "<Y>")]
    [InlineData("{{ '%s<X>' % c }}", "|c|<X>")]
    [InlineData("{{ '{}<X>'.format(c) }}", "|c|<X>")]
    [InlineData("{{ c.replace('c', '<X>') }}", "<X>")]
    [InlineData("{% set ns = namespace(t='') %}{% for x in [c, '<X>'] %}{% set ns.t = ns.t + x %}{% endfor %}{{ ns.t }}", "|c|<X>")]
    [InlineData("{% macro f(x) %}<X>{{ x }}{% endmacro %}{{ f(c) }}", "<X>|c")]
    [InlineData("{% set b %}{{ c }}<X>{% endset %}{{ b|trim }}", "|c|<X>")]
    [InlineData("{{ eos_token + c }}", "<X>|c")]
    [InlineData("{{ '<' ~ 1 ~ '>' ~ other }}", "<1>|<X>")]
    [InlineData("{% for k in other_map %}{{ k }}{% endfor %}", "|<X>")]
    public void RenderSegments_Operations_TrackWhoWroteWhat(string source, string parts)
    {
        var variables = new Dictionary<string, object?> { ["c"] = "c", ["eos_token"] = "<X>", ["other"] = "<X>", ["other_map"] = new Dictionary<string, object?> { ["<X>"] = 1 } };
        IReadOnlyList<TemplateSegment> segments = ChatTemplate.Parse(source).RenderSegments([new ChatMessage("user", "")], variables: variables);
        if (source.Contains("|upper", StringComparison.Ordinal) || parts.Length == 0)
        {
            segments.ShouldAllBe(segment => !segment.FromTemplate); // Mixed by what keeps no parts apart.
            return;
        }

        // The parts alternate, beginning with the template's.
        List<TemplateSegment> expected = [.. parts.Split('|').Select((text, i) => new TemplateSegment(text, i % 2 == 0)).Where(segment => segment.Text.Length > 0)];
        segments.ShouldBe(expected);
    }

    [Fact]
    public void Encode_Segments_GivesTheReferencesIdsAndKeepsContentText()
    {
        ByteLevelBpe tokenizer = BpeCases.Load("gguf-smollm2");
        ChatTemplate template = ChatTemplate.Parse(TemplateCases.Source("smollm2"));
        int compared = 0;
        foreach (JsonElement item in TemplateCases.Rendered("smollm2").GetProperty("cases").EnumerateArray().Where(one => one.TryGetProperty("text", out _)))
        {
            JsonElement input = TemplateCases.Conversations[item.GetProperty("conversation").GetString()!];
            if (input.TryGetProperty("continue_final_message", out _))
            {
                continue;
            }

            Dictionary<string, object?>[] messages = [.. input.GetProperty("messages").EnumerateArray().Select(TemplateCases.Dictionary)];
            bool prompt = input.GetProperty("add_generation_prompt").GetBoolean();
            int[] ids = tokenizer.Encode(template.RenderSegments(messages, prompt));
            string text = item.GetProperty("text").GetString()!;
            if (messages.Any(message => ((string)message["content"]!).Contains("<|im_", StringComparison.Ordinal)))
            {
                int begun = ids.Count(id => id == 1);
                begun.ShouldBe(messages.Length + 1 + (prompt ? 1 : 0)); // the default system message, the messages, the answer
                ids.ShouldNotBe(tokenizer.Encode(text, SpecialTokens.All));
            }
            else
            {
                ids.ShouldBe(tokenizer.Encode(text, SpecialTokens.All), text);
            }

            tokenizer.Decode(ids, showSpecial: true).ShouldBe(text);
            compared++;
        }

        compared.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData("{% for a in range(2000) %}{% for b in range(2000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x|length }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(10000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{{ 'abc' * 1000000000 }}")]
    [InlineData("{{ [0] * 1000000000 }}")]
    [InlineData("{{ 10 ** 10000 }}")]
    [InlineData("{{ 99999 ** 99999 }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '{:999999999}'.format(1) }}")]
    [InlineData("{{ 'a'.center(2000000000) }}")]
    [InlineData("{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='a' * 10000000) %}{% for i in range(100000) %}{% set y = ns.x|upper %}{% endfor %}")]
    [InlineData("{% for c in 'a' * 30000000 %}{% endfor %}")]
    [InlineData("{{ 'ab' * 9000000 in 'ab' * 8999999 }}{% for i in range(100000) %}{{ ('ab' * 9000000).replace('a', 'b') }}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x.replace('a', 'aab').replace('b', 'bba') %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x.replace('', 'xxxxxxxx') %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=['ab']) %}{% for i in range(100) %}{% set ns.x = [ns.x|join('-'), ns.x|join('+')] %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = '%s%s' % (ns.x, ns.x) %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = '{0}{0}'.format(ns.x) %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x={'k': 'v' * 1000}) %}{% for i in range(100) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x|tojson }}")]
    [InlineData("{% set x = 'a' * 100000 %}{% for i in range(1000) %}{{ [x, x, x, x]|tojson(indent=1000) }}{% endfor %}")]
    [InlineData("{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{% set x = f(0) %}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=10) %}{% for i in range(1000) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x }}")]
    [InlineData("{{ ('a,' * 16000000).split(',')|length }}")]
    [InlineData("{{ ('ab' * 1000000)|list|sort|unique|list|length }}{{ ('ab' * 9000000)|list|length }}")]
    [InlineData("{{ messages|default('x' * 40000000) }}")]
    [InlineData("{{ 'x'.ljust(10**9) }}")]
    [InlineData("{{ 'x'.zfill(10**9) }}")]
    [InlineData("{{ 'ab'|center(10**9) }}")]
    [InlineData("{{ (2 ** 1000) ** (2 ** 1000) }}")]
    [InlineData("{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[0]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% for x in ns.l %}{% endfor %}{% endfor %}")]
    public void Render_WithoutEnd_StopsAtALimit(string source) =>
        Should.Throw<TemplateException>(() => ChatTemplate.Parse(source).RenderPlain(new Dictionary<string, object?>())).Kind.ShouldBe(TemplateErrorKind.Limit);

    [Theory]
    [InlineData("{% for i in range(10**9) %}{{ i }}{% endfor %}")]
    [InlineData("{{ range(10**18)|length }}")]
    [InlineData("{{ range(10**9)|list|length }}")]
    [InlineData("{{ '%.999999999f' % 1.0 }}")]
    [InlineData("{{ '{:.999999999f}'.format(1.0) }}")]
    [InlineData("{{ ('a' * 30000000).split('') }}")]
    public void Render_ImpossibleSizes_AreRefused(string source) =>
        Should.Throw<TemplateException>(() => ChatTemplate.Parse(source).RenderPlain(new Dictionary<string, object?>())).Kind.ShouldBeOneOf(TemplateErrorKind.Limit, TemplateErrorKind.Runtime);

    // Each would take hours if its work grew with the product of two lengths.
    [Theory]
    [InlineData("{{ ('a' * 1000 * 400 + 'b' + 'a' * 1000 * 400) in 'a' * 1000 * 3000 }}", "False")]
    [InlineData("{{ ('a' * 1000 * 3000).rfind('a' * 1000 * 400 + 'b' + 'a' * 1000 * 400) }}", "-1")]
    [InlineData("{{ ('a' * 300 + 'b' + 'a' * 300).rfind('a' * 300) }}", "301")]
    [InlineData("{{ ('ab' * 300 + 'a').replace('ab' * 100 + 'a', '-') }}", "-")]
    [InlineData("{{ ('a' * 1000 * 3000).strip('b' * 1000 * 3000)|length }}", "3000000")]
    public void Render_LongSearches_TakeLinearTime(string source, string starts) =>
        ChatTemplate.Parse(source).RenderPlain(new Dictionary<string, object?>()).ShouldStartWith(starts);

    [Theory]
    [InlineData("{% set x = 'a' * 1000 * 3000 %}{{ ([x] * 100000)|unique|list|length }}")]
    [InlineData("{% set x = 'a' * 1000 * 3000 %}{{ ([x] * 100000)|sort|length }}")]
    [InlineData("{% set x = 'a' * 1000 * 3000 %}{{ ([x] * 100000)|max|length }}")]
    [InlineData("{% set x = 'a' * 1000 * 3000 %}{% set d = {x: 1} %}{% for i in range(100000) %}{% set y = d[x] %}{% endfor %}")]
    [InlineData("{% set x = 'a' * 1000 * 3000 %}{% set d = {x: 1} %}{% for i in range(100000) %}{% set y = d.get(x) %}{% endfor %}")]
    [InlineData("{% set x = 'a' * 1000 * 3000 %}{% for i in range(100000) %}{% set d = {x: 1} %}{% endfor %}")]
    [InlineData("{% set x = 'a' * 1000 * 3000 %}{% set y = 'aa' * 1000 * 1500 %}{{ [x] * 100000 == [y] * 100000 }}")]
    [InlineData("{{ ('a' * 1000 * 3000)|wordwrap(1) }}")]
    [InlineData("{{ ('a\n' * 1000)|wordwrap(1, true, 'x' * 1000 * 3000) }}")]
    [InlineData("{{ ('&' * 1000 * 8000)|escape }}")]
    [InlineData("{{ ('é' * 1000 * 4000)|urlencode }}")]
    [InlineData("{% set x = 'a' * 1000 * 1000 %}{% for i in range(100000) %}{% set y = x.startswith((x, x, x)) %}{% endfor %}")]
    public void Render_WorkOnLongTexts_IsCounted(string source) =>
        Should.Throw<TemplateException>(() => ChatTemplate.Parse(source).RenderPlain(new Dictionary<string, object?>())).Kind.ShouldBe(TemplateErrorKind.Limit);

    [Theory]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x.replace('a', 'aab').replace('b', 'bba') %}{% endfor %}")]
    [InlineData("{{ 'a'.center(2000000000) }}")]
    [InlineData("{% set ns = namespace(x={'k': 'v' * 1000}) %}{% for i in range(100) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x|tojson }}")]
    [InlineData("{% set x = 'a' * 1000000 %}{% for i in range(100000) %}{{ x.replace('a', 'bb')|upper|trim|title }}{% endfor %}")]
    [InlineData("{% for i in range(1000000) %}{% set x = ('a' * 30000)|list|join(',') %}{% endfor %}")]
    public void Render_WithoutEnd_AllocatesWithinBounds(string source)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<TemplateException>(() => ChatTemplate.Parse(source).RenderPlain(new Dictionary<string, object?>()));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16L << 30); // all of it together, most of which is garbage at once
    }

    [Theory]
    [InlineData("(", ")"), InlineData("[", "]"), InlineData("-", ""), InlineData("not ", ""), InlineData("{1:", "}"), InlineData("x(", ")"), InlineData("x[", "]"), InlineData("1 if 1 else ", "")]
    public void Parse_DeepExpressions_StopAtALimit(string open, string close)
    {
        string source = "{{ " + string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000)) + " }}";
        Should.Throw<TemplateException>(() => ChatTemplate.Parse(source)).Kind.ShouldBeOneOf(TemplateErrorKind.Limit, TemplateErrorKind.Syntax);
    }

    [Fact]
    public void Parse_DeepStatements_StopAtALimit() =>
        Should.Throw<TemplateException>(() => ChatTemplate.Parse(string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000)))).Kind.ShouldBe(TemplateErrorKind.Limit);

    [Theory]
    [InlineData("a\n{% autoescape true %}{% endautoescape %}", "autoescape", 2)]
    [InlineData("\n\n{{ strftime_now('%Y') }}", "strftime_now", 3)]
    [InlineData("{{ 'x'|random }}", "random", 1)]
    public void Render_WhatIsNotSupported_NamesItAndTheLine(string source, string name, int line)
    {
        TemplateException exception = Should.Throw<TemplateException>(() => ChatTemplate.Parse(source).Render([new ChatMessage("user", "x")]));
        exception.Kind.ShouldBe(TemplateErrorKind.Unsupported);
        exception.Message.ShouldContain(name);
        exception.Line.ShouldBe(line);
    }

    [Fact]
    public void Render_TemplateThatRefuses_KeepsItsWords()
    {
        TemplateException exception = Should.Throw<TemplateException>(() => ChatTemplate.Parse("\n{{ raise_exception('No, ' ~ messages[0].role) }}").Render([new ChatMessage("user", "x")]));
        (exception.Kind, exception.Detail, exception.Line).ShouldBe((TemplateErrorKind.Raised, "No, user", 2));
    }

    [Fact]
    public void Render_NoMessages_IsRefused() => Should.Throw<UsageException>(() => ChatTemplate.Parse(ChatMl).Render((IReadOnlyList<ChatMessage>)[]));

    [Fact]
    public void Render_LongConversation_StaysWithinTheSteps()
    {
        ChatMessage[] messages = [.. Enumerable.Range(0, 2000).Select(i => new ChatMessage(i % 2 == 0 ? "user" : "assistant", new string('x', 10_000)))];
        ChatTemplate.Parse(TemplateCases.Source("smollm2")).Render(messages).Length.ShouldBeGreaterThan(20_000_000);
    }

    [Fact]
    public void Parse_DamagedTemplates_OnlyFailInTheirOwnWay()
    {
        var random = new Random(11);
        string[] sources = [.. TemplateCases.Templates.Select(TemplateCases.Source), .. TemplateCases.Snippets.Select(item => item.GetProperty("template").GetString()!)];
        string[] pieces = ["{{", "}}", "{%", "%}", "{#", "#}", "-", "|", "'", "\"", "(", ")", "[", "]", "{", "}", ":", ".", ",", "if", "else", "for", "in", "is", "not", "0", "1e9", "\\", "\n", "~", "%", "*", "**", "=", "x", "loop", "tojson", "é😀"];
        var options = new TemplateOptions { MaxSteps = 20_000, MaxCharacters = 1 << 16 };
        for (int round = 0; round < 6000; round++)
        {
            var source = new StringBuilder(sources[random.Next(sources.Length)]);
            for (int edit = random.Next(1, 5); edit > 0 && source.Length > 0; edit--)
            {
                int at = random.Next(source.Length);
                int length = Math.Min(random.Next(4), source.Length - at);
                source.Remove(at, length).Insert(at, pieces[random.Next(pieces.Length)]);
            }

            try
            {
                ChatTemplate.Parse(source.ToString(), options).Render([new ChatMessage("user", "<x> é😀 {{ }}")]);
            }
            catch (TemplateException)
            {
            }
            catch (Exception exception)
            {
                Assert.Fail($"{exception}\n{source}");
            }
        }
    }
}
