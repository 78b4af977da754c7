using System.Text;
using Sequitur.Fuzz.Mutators;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Fuzz.Targets;

/// <summary>Chat templates: parsed, and run over a conversation.</summary>
[FuzzTarget("chat-template")]
internal sealed class Template : IFuzzTarget
{
    private static readonly string[] Words =
    [
        "{%", "%}", "{{", "}}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", "{% raw %}", "{% endraw %}", " if ", " elif ", " else ", " endif ", " for ", " in ", " endfor ", " set ", " endset ", " macro m(x) ",
        " endmacro ", " call ", " endcall ", " filter upper ", " endfilter ", " break ", " continue ", " generation ", " is ", " not ", " and ", " or ", " defined ", " none ", " true ", " false ", "loop", ".index", ".previtem",
        ".cycle(1)", "messages", "message", "[", "]", "(", ")", "{", "}", "'", "\"", "\\", "|", "|tojson", "|join", "|trim", "|length", "|list", "|sort", "|groupby('role')", "|map(attribute='role')",
        "|selectattr('role')", "|indent(9999999)", "|center(999999999)", "|batch(0)", "|slice(0)", "|round(400)", "|format", "|replace('', 'x')", "|int(base=37)", "|first", "|last", "|reverse", "|unique", "|items", "|string",
        ".split('')", ".strip()", ".startswith", ".items()", ".get('x')", ".format(1)", "['__class__']", ".__init__", "namespace(a=1)", "range(1000000000)", "range(0, 9, 0)", "dict(a=1)", "cycler(1)", "joiner()",
        "raise_exception('x')", "strftime_now('%Y')", "lipsum()", "m(1)", "m(m)", " * ", " ** ", " // ", " % ", " ~ ", " - ", " + ", " < ", " == ", "[::0]", "[-1:]", "[::-1]", "[9999999999]", "0", "1", "-1", "1e308",
        "99999999999999999999", "9223372036854775807", "0x", "1_0", ".5", "'a' * 99999999", "[0] * 99999999", "10 ** 99999", "2 ** -1", "\u0000", "\ud83d\ude00", "\n", " if true else ", " recursive ", "loop(messages)",
    ];

    private static readonly TemplateOptions Options = new() { MaxSteps = 50_000, MaxCharacters = 1 << 20 };

    private static readonly ChatMessage[] Conversation = [new("system", "Be brief."), new("user", "Hi {{ x }}"), new("assistant", "<think>\nno\n</think>\nHello"), new("user", "\ud83d\ude00\n")];

    public static IMutator Mutator => new WordMutator(Words);

    // Its steps and its output are bounded by the options, whatever its size.
    public static long Allowance => 64 << 20;

    public static IEnumerable<byte[]> Seeds(string corpus) =>
        Directory.GetFiles(Path.Combine(corpus, "chat-templates", "templates"), "*.jinja").Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    public static void Read(byte[] input, Scratch scratch)
    {
        var template = ChatTemplate.Parse(Encoding.UTF8.GetString(input), Options);
        template.Render(Conversation, variables: new Dictionary<string, object?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" });
    }
}
