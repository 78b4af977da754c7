using System.Buffers;
using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's string methods. Cutting keeps track of which parts the template wrote.</summary>
internal static class StringMethods
{
    private static readonly SearchValues<char> s_whiteSpace = SearchValues.Create(PythonText.WhiteSpace);

    private delegate object? Method(Evaluator evaluator, Text text, Arguments arguments);

    private static readonly Dictionary<string, Method> s_methods = new(StringComparer.Ordinal)
    {
        ["upper"] = (_, text, arguments) => Changed(text, arguments, "upper", PythonText.Upper),
        ["lower"] = (_, text, arguments) => Changed(text, arguments, "lower", PythonText.Lower),
        ["casefold"] = (_, text, arguments) => Changed(text, arguments, "casefold", value => PythonText.Lower(PythonText.Upper(value))),
        ["title"] = (_, text, arguments) => Changed(text, arguments, "title", PythonText.Title),
        ["capitalize"] = (_, text, arguments) => Changed(text, arguments, "capitalize", PythonText.Capitalize),
        ["swapcase"] = (_, text, arguments) => Changed(text, arguments, "swapcase", PythonText.SwapCase),
        ["strip"] = (_, text, arguments) => Strip(text, arguments, "strip", left: true, right: true),
        ["lstrip"] = (_, text, arguments) => Strip(text, arguments, "lstrip", left: true, right: false),
        ["rstrip"] = (_, text, arguments) => Strip(text, arguments, "rstrip", left: false, right: true),
        ["removeprefix"] = (_, text, arguments) => Remove(text, arguments, "removeprefix", atStart: true),
        ["removesuffix"] = (_, text, arguments) => Remove(text, arguments, "removesuffix", atStart: false),
        ["split"] = StringSplitting.Split,
        ["rsplit"] = StringSplitting.SplitFromRight,
        ["splitlines"] = StringSplitting.SplitLines,
        ["partition"] = StringSplitting.Partition,
        ["rpartition"] = StringSplitting.PartitionFromRight,
        ["join"] = Join,
        ["replace"] = (evaluator, text, arguments) => StringSplitting.Replace(evaluator, text, arguments.Expect("replace", "old", "new", "count")),
        ["startswith"] = (evaluator, text, arguments) => Affix(evaluator, text, arguments, "startswith", (value, affix) => value.StartsWith(affix, StringComparison.Ordinal)),
        ["endswith"] = (evaluator, text, arguments) => Affix(evaluator, text, arguments, "endswith", (value, affix) => value.EndsWith(affix, StringComparison.Ordinal)),
        ["find"] = (_, text, arguments) => Values.Int(Find(text, arguments, "find", last: false)),
        ["rfind"] = (_, text, arguments) => Values.Int(Find(text, arguments, "rfind", last: true)),
        ["index"] = (_, text, arguments) => Values.Int(Found(Find(text, arguments, "index", last: false))),
        ["rindex"] = (_, text, arguments) => Values.Int(Found(Find(text, arguments, "rindex", last: true))),
        ["count"] = Count,
        ["format"] = (evaluator, text, arguments) => BraceFormat.Apply(evaluator, text, arguments),
        ["center"] = (evaluator, text, arguments) => Pad(evaluator, text, arguments, "center"),
        ["ljust"] = (evaluator, text, arguments) => Pad(evaluator, text, arguments, "ljust"),
        ["rjust"] = (evaluator, text, arguments) => Pad(evaluator, text, arguments, "rjust"),
        ["zfill"] = ZFill,
        ["isalpha"] = (_, text, arguments) => All(text, arguments, Rune.IsLetter),
        ["isdigit"] = (_, text, arguments) => All(text, arguments, rune => Rune.IsDigit(rune) || rune.Value is 0xB2 or 0xB3 or 0xB9),
        ["isdecimal"] = (_, text, arguments) => All(text, arguments, Rune.IsDigit),
        ["isnumeric"] = (_, text, arguments) => All(text, arguments, Rune.IsNumber),
        ["isalnum"] = (_, text, arguments) => All(text, arguments, rune => Rune.IsLetter(rune) || Rune.IsNumber(rune)),
        ["isspace"] = (_, text, arguments) => All(text, arguments, rune => rune.IsBmp && PythonText.IsWhiteSpace((char)rune.Value)),
        ["isascii"] = (_, text, arguments) => arguments.Expect("isascii").Count == 0 && Ascii.IsValid(text.Value),
        ["isupper"] = (_, text, arguments) => IsCase(text, arguments.Expect("isupper"), Rune.IsUpper),
        ["islower"] = (_, text, arguments) => IsCase(text, arguments.Expect("islower"), Rune.IsLower),
    };

    public static object? TryGet(Text text, string name)
    {
        if (!s_methods.TryGetValue(name, out Method? method))
        {
            return null;
        }

        return new Function(name, (evaluator, arguments) =>
        {
            evaluator.ChargeText(text.Length);
            return method(evaluator, text, arguments);
        });
    }

    /// <summary>Text without the characters at its ends that are in <paramref name="characters"/> (null: white space).</summary>
    public static Text Strip(Text text, string? characters, bool left, bool right)
    {
        string value = text.Value;
        SearchValues<char> drop = characters is null ? s_whiteSpace : SearchValues.Create(characters);
        int start = 0;
        int end = value.Length;
        while (left && start < end && drop.Contains(value[start]))
        {
            start++;
        }

        while (right && end > start && drop.Contains(value[end - 1]))
        {
            end--;
        }

        return text.Substring(start, end - start);
    }

    /// <summary>Text filled up on one or both sides to a width in code points.</summary>
    public static Text Pad(Evaluator evaluator, Text text, int width, char fill, string method)
    {
        int missing = width - PythonText.Length(text.Value);
        if (missing <= 0)
        {
            return text;
        }

        evaluator.ChargeText((long)text.Length + missing);
        int before = method switch { "ljust" => 0, "rjust" => missing, _ => missing / 2 + (missing & width & 1) };
        return text.Derive(new string(fill, before) + text.Value + new string(fill, missing - before));
    }

    /// <summary>Whether there is a cased letter, and every cased letter passes.</summary>
    public static bool IsCase(string text, Func<Rune, bool> passes)
    {
        bool any = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (PythonText.IsCased(rune))
            {
                any = true;
                if (!passes(rune))
                {
                    return false;
                }
            }
        }

        return any;
    }

    private static bool IsCase(Text text, Arguments arguments, Func<Rune, bool> passes) => arguments.Count == 0 && IsCase(text.Value, passes);

    private static Text Changed(Text text, Arguments arguments, string name, Func<string, string> change)
    {
        arguments.Expect(name);
        return text.Derive(change(text.Value));
    }

    private static Text Strip(Text text, Arguments arguments, string name, bool left, bool right)
    {
        object? characters = arguments.Expect(name, "chars").Get(0, "chars", null);
        return Strip(text, characters is null ? null : arguments.NeedText(0, "chars", name).Value, left, right);
    }

    private static Text Remove(Text text, Arguments arguments, string name, bool atStart)
    {
        string affix = arguments.Expect(name, "affix").NeedText(0, "affix", name).Value;
        if (affix.Length == 0 || !(atStart ? text.Value.StartsWith(affix, StringComparison.Ordinal) : text.Value.EndsWith(affix, StringComparison.Ordinal)))
        {
            return text;
        }

        return text.Substring(atStart ? affix.Length : 0, text.Length - affix.Length);
    }

    private static object Affix(Evaluator evaluator, Text text, Arguments arguments, string name, Func<string, string, bool> matches)
    {
        object? affix = arguments.Expect(name, "affix", "start", "end").Need(0, "affix", name);
        string value = Part(text, arguments).Value;
        if (affix is ListValue { Kind: ListKind.Tuple } several)
        {
            evaluator.ChargeKey(several);
            return several.Items.Any(item => matches(value, (item as Text)?.Value ?? throw TemplateFailure.Runtime($"{name}() needs strings")));
        }

        return matches(value, arguments.NeedText(0, "affix", name).Value);
    }

    // The part between the arguments "start" and "end", as slices count.
    private static Text Part(Text text, Arguments arguments) => arguments.Count <= 1
        ? text
        : Slices.TakeText(text, arguments.Get(1, "start", null), arguments.Get(2, "end", null), null);

    private static int Find(Text text, Arguments arguments, string name, bool last)
    {
        string wanted = arguments.Expect(name, "sub", "start", "end").NeedText(0, "sub", name).Value;
        Text part = Part(text, arguments);
        int found = last ? TextSearch.LastIndexOf(part.Value, wanted) : TextSearch.IndexOf(part.Value, wanted);
        if (found < 0)
        {
            return -1;
        }

        int offset = arguments.Count <= 1 ? 0 : Slices.Start(PythonText.Length(text.Value), arguments.Get(1, "start", null));
        return offset + PythonText.CodePoints(part.Value, found);
    }

    private static int Found(int position) => position >= 0 ? position : throw TemplateFailure.Runtime("substring not found");

    private static object? Count(Evaluator evaluator, Text text, Arguments arguments)
    {
        string wanted = arguments.Expect("count", "sub", "start", "end").NeedText(0, "sub", "count").Value;
        string value = Part(text, arguments).Value;
        if (wanted.Length == 0)
        {
            return Values.Int(PythonText.Length(value) + 1);
        }

        int count = 0;
        for (int at = TextSearch.IndexOf(value, wanted); at >= 0; at = TextSearch.IndexOf(value, wanted, at + wanted.Length))
        {
            count++;
        }

        return Values.Int(count);
    }

    private static object? Join(Evaluator evaluator, Text text, Arguments arguments)
    {
        Text joined = Text.Empty;
        bool first = true;
        foreach (object? item in evaluator.Iterate(arguments.Expect("join", "iterable").Need(0, "iterable", "join")))
        {
            Text part = item as Text ?? throw TemplateFailure.Runtime($"join() needs strings, not {Values.TypeName(item)}");
            joined = evaluator.Join(first ? joined : evaluator.Join(joined, text), part);
            first = false;
        }

        return joined;
    }

    private static object? Pad(Evaluator evaluator, Text text, Arguments arguments, string name)
    {
        int width = Values.ToInt(arguments.Expect(name, "width", "fillchar").Need(0, "width", name));
        string fill = arguments.TryGet(1, "fillchar", out _) ? arguments.NeedText(1, "fillchar", name).Value : " ";
        return fill.Length == 1 ? Pad(evaluator, text, width, fill[0], name) : throw TemplateFailure.Runtime("the fill character must be one character");
    }

    private static object? ZFill(Evaluator evaluator, Text text, Arguments arguments)
    {
        int width = Values.ToInt(arguments.Expect("zfill", "width").Need(0, "width", "zfill"));
        bool signed = text.Value.StartsWith('-') || text.Value.StartsWith('+');
        Text digits = text.Substring(signed ? 1 : 0);
        return text.Derive((signed ? text.Value[..1] : "") + Pad(evaluator, digits, signed ? width - 1 : width, '0', "rjust").Value);
    }

    private static object All(Text text, Arguments arguments, Func<Rune, bool> passes)
    {
        arguments.Expect("method");
        return text.Length > 0 && text.Value.EnumerateRunes().All(passes);
    }
}
