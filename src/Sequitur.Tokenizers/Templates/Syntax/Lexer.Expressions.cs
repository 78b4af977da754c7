namespace Sequitur.Tokenizers.Templates;

/// <summary>The inside of tags: names, numbers, strings and operators.</summary>
internal sealed partial class Lexer
{
    private static readonly string[] s_longOperators = ["//", "**", "==", "!=", ">=", "<="];

    // Brackets that wait to be closed; while one is open, "}}" is two of them and not the end of the tag.
    private readonly Stack<char> _open = new();

    private void ReadExpression(TokenKind end)
    {
        _open.Clear();
        while (!TryEnd(end))
        {
            if (_at >= _source.Length)
            {
                throw Error(end == TokenKind.BlockEnd ? "a tag is not closed by '%}'" : "an expression is not closed by '}}'", _at);
            }

            char first = _source[_at];
            if (PythonText.IsWhiteSpace(first))
            {
                _at++;
            }
            else if (char.IsAsciiDigit(first))
            {
                ReadNumber();
            }
            else if (first == '_' || char.IsLetter(first))
            {
                int start = _at;
                while (_at < _source.Length && (_source[_at] == '_' || char.IsLetterOrDigit(_source[_at])))
                {
                    _at++;
                }

                Add(TokenKind.Name, _source[start.._at], start);
            }
            else if (first is '\'' or '"')
            {
                ReadString(first);
            }
            else
            {
                ReadOperator(first);
            }
        }
    }

    private bool TryEnd(TokenKind end)
    {
        if (_open.Count > 0 || _at >= _source.Length)
        {
            return false;
        }

        string mark = end == TokenKind.BlockEnd ? "%}" : "}}";
        char sign = _source[_at] == '-' || (_source[_at] == '+' && end == TokenKind.BlockEnd) ? _source[_at] : '\0';
        int at = sign == '\0' ? _at : _at + 1;
        if (string.CompareOrdinal(_source, at, mark, 0, 2) != 0)
        {
            return false;
        }

        Add(end, mark, _at);
        EndTag(at + 2, sign, trimNewline: end == TokenKind.BlockEnd);
        return true;
    }

    private void ReadNumber()
    {
        int start = _at;
        if (_source[start] == '0' && start + 1 < _source.Length && char.ToLowerInvariant(_source[start + 1]) is 'x' or 'o' or 'b')
        {
            _at += 2;
            while (_at < _source.Length && (char.IsAsciiHexDigit(_source[_at]) || _source[_at] == '_'))
            {
                _at++;
            }

            Add(TokenKind.Integer, _source[start.._at].Replace("_", "", StringComparison.Ordinal), start);
            return;
        }

        SkipDigits();
        TokenKind kind = TokenKind.Integer;
        bool afterDot = start > 0 && _source[start - 1] == '.';
        if (!afterDot && DigitAt(_at + 1) && _source[_at] == '.')
        {
            kind = TokenKind.Float;
            _at++;
            SkipDigits();
        }

        if (!afterDot && _at < _source.Length && _source[_at] is 'e' or 'E')
        {
            int digits = _at + 1 < _source.Length && _source[_at + 1] is '+' or '-' ? _at + 2 : _at + 1;
            if (DigitAt(digits))
            {
                kind = TokenKind.Float;
                _at = digits;
                SkipDigits();
            }
        }

        string text = _source[start.._at].Replace("_", "", StringComparison.Ordinal);
        if (kind == TokenKind.Integer && text.Length > 1 && text[0] == '0' && text.Trim('0').Length > 0)
        {
            throw Error($"'{text}' is not a number", start);
        }

        Add(kind, text, start);
    }

    private bool DigitAt(int at) => at < _source.Length && char.IsAsciiDigit(_source[at]);

    private void SkipDigits()
    {
        while (DigitAt(_at) || (_at < _source.Length && _source[_at] == '_' && DigitAt(_at + 1)))
        {
            _at++;
        }
    }

    private void ReadString(char quote)
    {
        int start = _at;
        for (_at++; _at < _source.Length && _source[_at] != quote; _at++)
        {
            if (_source[_at] == '\\')
            {
                _at++;
            }
        }

        if (_at >= _source.Length)
        {
            throw Error("a string is not closed", start);
        }

        _at++;
        string value = StringEscapes.TryDecode(_source.AsSpan(start + 1, _at - start - 2), out string? decoded)
            ? decoded
            : throw Error("a string has a malformed escape", start);
        Add(TokenKind.String, value, start);
    }

    private void ReadOperator(char first)
    {
        int start = _at;
        if (_at + 1 < _source.Length && Array.Find(s_longOperators, text => string.CompareOrdinal(text, 0, _source, _at, 2) == 0) is { } two)
        {
            _at += 2;
            Add(TokenKind.Operator, two, start);
            return;
        }

        switch (first)
        {
            case '(':
                _open.Push(')');
                break;
            case '[':
                _open.Push(']');
                break;
            case '{':
                _open.Push('}');
                break;
            case ')' or ']' or '}':
                if (!_open.TryPop(out char expected) || expected != first)
                {
                    throw Error(expected == '\0' ? $"unexpected '{first}'" : $"unexpected '{first}', expected '{expected}'", start);
                }

                break;
            case '+' or '-' or '/' or '*' or '%' or '~' or '>' or '<' or '=' or '.' or ':' or '|' or ',' or ';':
                break;
            default:
                throw Error($"unexpected character '{first}'", start);
        }

        _at++;
        Add(TokenKind.Operator, first.ToString(), start);
    }

    private void Add(TokenKind kind, string value, int start) => _tokens.Add(new Token(kind, value, LineAt(start)));
}
