using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>The filter <c>tojson</c>: Python's <c>json.dumps</c> without escaping HTML, which is what Hugging Face replaces Jinja's own by.</summary>
internal sealed class Json
{
    private readonly StringBuilder _to = new();
    private readonly int _mostCharacters;
    private readonly bool _ensureAscii;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;
    private readonly bool _sortKeys;

    // Keys and strings from the conversation make the result untrusted.
    private bool _trusted = true;

    private Json(Evaluator evaluator, Arguments arguments)
    {
        _mostCharacters = evaluator.Options.MaxCharacters;
        _ensureAscii = arguments.GetBool(0, "ensure_ascii", false);
        _indent = arguments.Get(1, "indent", null) switch
        {
            null => null,
            Text text => text.Value,
            { } width => new string(' ', Math.Clamp(Values.ToInt(width), 0, 100)),
        };
        _itemSeparator = _indent is null ? ", " : ",";
        _keySeparator = ": ";
        if (arguments.Get(2, "separators", null) is ListValue { Items: [Text item, Text key] })
        {
            (_itemSeparator, _keySeparator) = (item.Value, key.Value);
        }

        _sortKeys = arguments.GetBool(3, "sort_keys", false);
    }

    public static object? Dump(Evaluator evaluator, object? value, Arguments arguments)
    {
        var json = new Json(evaluator, arguments.Expect("tojson", "ensure_ascii", "indent", "separators", "sort_keys"));
        json.Write(value, 0);
        evaluator.ChargeText(json._to.Length);
        return Text.Of(json._to.ToString(), json._trusted);
    }

    private void Write(object? value, int depth)
    {
        if (_to.Length > _mostCharacters)
        {
            throw new TemplateFailure(TemplateErrorKind.Limit, $"made a text of more than {_mostCharacters} characters");
        }

        switch (value)
        {
            case Text text:
                _trusted &= text.IsTrusted;
                WriteString(text.Value);
                break;
            case ListValue list:
                WriteList(list, depth);
                break;
            case DictValue dict:
                WriteDict(dict, depth);
                break;
            default:
                _to.Append(Scalar(value) ?? throw (TemplateFailure.Runtime($"Object of type {Values.TypeName(value)} is not JSON serializable")));
                break;
        }
    }

    private static string? Scalar(object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double number => PythonNumbers.Repr(number),
        _ => null,
    };

    private void WriteList(ListValue list, int depth)
    {
        _to.Append('[');
        for (int i = 0; i < list.Items.Count; i++)
        {
            _to.Append(i > 0 ? _itemSeparator : "");
            NewLine(depth + 1);
            Write(list.Items[i], depth + 1);
        }

        if (list.Items.Count > 0)
        {
            NewLine(depth);
        }

        _to.Append(']');
    }

    private void WriteDict(DictValue dict, int depth)
    {
        IEnumerable<(object? Key, object? Value)> entries = dict.Entries;
        if (_sortKeys)
        {
            entries = Sorting.Stable([.. entries], (left, right) => Values.Compare(left.Key, right.Key));
        }

        _to.Append('{');
        bool first = true;
        foreach ((object? key, object? value) in entries)
        {
            _to.Append(first ? "" : _itemSeparator);
            first = false;
            NewLine(depth + 1);
            _trusted &= key is not Text text || text.IsTrusted;
            WriteString(key is Text name ? name.Value : Scalar(key) ?? throw TemplateFailure.Runtime($"keys must be str, int, float, bool or None, not {Values.TypeName(key)}"));
            _to.Append(_keySeparator);
            Write(value, depth + 1);
        }

        if (dict.Count > 0)
        {
            NewLine(depth);
        }

        _to.Append('}');
    }

    private void NewLine(int depth)
    {
        if (_indent is not null)
        {
            _to.Append('\n');
            for (int i = 0; i < depth; i++)
            {
                _to.Append(_indent);
            }
        }
    }

    private void WriteString(string text)
    {
        _to.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => _to.Append("\\\""),
                '\\' => _to.Append("\\\\"),
                '\n' => _to.Append("\\n"),
                '\r' => _to.Append("\\r"),
                '\t' => _to.Append("\\t"),
                '\b' => _to.Append("\\b"),
                '\f' => _to.Append("\\f"),
                < ' ' => _to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                > '~' when _ensureAscii => _to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _to.Append(c),
            };
        }

        _to.Append('"');
    }
}

/// <summary>Sorting that keeps the order of equals and passes on what the comparison throws.</summary>
internal static class Sorting
{
    public static T[] Stable<T>(T[] items, Comparison<T> compare)
    {
        if (items.Length < 2)
        {
            return items;
        }

        T[] left = Stable(items[..(items.Length / 2)], compare);
        T[] right = Stable(items[(items.Length / 2)..], compare);
        var merged = new T[items.Length];
        int l = 0;
        int r = 0;
        for (int i = 0; i < merged.Length; i++)
        {
            bool takeLeft = r == right.Length || (l < left.Length && compare(left[l], right[r]) is not 1);
            merged[i] = takeLeft ? left[l++] : right[r++];
        }

        return merged;
    }
}
