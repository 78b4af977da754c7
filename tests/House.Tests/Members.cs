using System.Text.RegularExpressions;

namespace House.Tests;

/// <summary>A type or a member found in code, with its first and last line (counted from 1; attributes included, comments above not).</summary>
internal sealed record Member(string Header, bool IsType, int FirstLine, int LastLine)
{
    public int Lines => LastLine - FirstLine + 1;
}

/// <summary>Finds types and their members by matching braces: approximate, but right for code that compiles and is formatted.</summary>
internal sealed partial class Members
{
    private readonly string _code;
    private readonly List<Member> _found = [];
    private int _at;

    private Members(string code) => _code = code;

    /// <summary>All types, and all methods and properties in them; fields and constants are left out: they may be tables.</summary>
    public static IReadOnlyList<Member> Of(string code)
    {
        var members = new Members(code);
        members.Block();
        return members._found;
    }

    [GeneratedRegex(@"(?<![:,]\s*)\b(class|struct|interface|enum|record)\s+@?\w|^\s*(\[.*\]\s*)?extension\s*[<(]", RegexOptions.Singleline)]
    private static partial Regex TypeHeader { get; }

    [GeneratedRegex(@"^\s*namespace\b")]
    private static partial Regex NamespaceHeader { get; }

    [GeneratedRegex(@"\boperator\b")]
    private static partial Regex OperatorHeader { get; }

    private int LineAt(int position) => _code.AsSpan(0, Math.Min(position, _code.Length)).Count('\n') + 1;

    // Reads members up to the brace that closes the block, or the end of the text.
    private void Block()
    {
        while (true)
        {
            while (_at < _code.Length && char.IsWhiteSpace(_code[_at]))
            {
                _at++;
            }

            if (_at >= _code.Length || _code[_at] is '}')
            {
                return;
            }

            Item();
        }
    }

    private void Item()
    {
        var start = _at;
        var isField = false;
        var isExpression = false;
        while (_at < _code.Length)
        {
            var c = _code[_at];
            if (c is '(' or '[')
            {
                SkipBrackets();
            }
            else if (c is '{' && !isField && !isExpression)
            {
                if (Braces(start))
                {
                    return;
                }
            }
            else if (c is '{')
            {
                SkipBrackets();
            }
            else if (c is ';' or '}')
            {
                _at += c is ';' ? 1 : 0;
                var header = Header(start);
                if (!isField && (isExpression || TypeHeader.IsMatch(header)))
                {
                    _found.Add(new(header, !isExpression, LineAt(start), LineAt(_at - 1)));
                }

                return;
            }
            else
            {
                if (c is '=' && !isField && !isExpression)
                {
                    isExpression = _code.AsSpan(_at).StartsWith("=>");
                    isField = !isExpression && !OperatorHeader.IsMatch(_code[start.._at]);
                }

                _at++;
            }
        }
    }

    // At the opening brace of a member, a type or a namespace. Answers whether the member ends with it.
    private bool Braces(int start)
    {
        var header = _code[start.._at];
        if (NamespaceHeader.IsMatch(header) || TypeHeader.IsMatch(header))
        {
            var place = _found.Count;
            _at++;
            if (header.Contains("enum ", StringComparison.Ordinal))
            {
                _at--;
                SkipBrackets();
            }
            else
            {
                Block();
                _at++;
            }

            if (!NamespaceHeader.IsMatch(header))
            {
                _found.Insert(place, new(header.Trim(), true, LineAt(start), LineAt(_at - 1)));
            }

            return true;
        }

        SkipBrackets();
        var next = _at;
        while (next < _code.Length && char.IsWhiteSpace(_code[next]))
        {
            next++;
        }

        // A property with a value: `{ get; } = …;`.
        if (next < _code.Length && _code[next] is '=')
        {
            return false;
        }

        _found.Add(new(header.Trim(), false, LineAt(start), LineAt(_at - 1)));
        return true;
    }

    private string Header(int start)
    {
        var text = _code[start.._at];
        var end = text.IndexOf("=>", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Trim();
    }

    private void SkipBrackets()
    {
        var depth = 0;
        for (; _at < _code.Length; _at++)
        {
            depth += _code[_at] is '(' or '[' or '{' ? 1 : _code[_at] is ')' or ']' or '}' ? -1 : 0;
            if (depth == 0)
            {
                _at++;
                return;
            }
        }
    }
}
