namespace House.Tests;

/// <summary>
/// Blanks everything in C# text that is not code: comments, directives, the insides of strings and characters. Code keeps its place, also the code
/// in the holes of interpolated strings, so that a position in the result is a position in the file.
/// </summary>
internal sealed class Lexer
{
    private readonly string _text;
    private readonly char[] _code;
    private int _at;

    private Lexer(string text)
    {
        _text = text;
        _code = [.. text.Select(c => c is '\n' ? '\n' : ' ')];
    }

    public static string CodeOf(string text)
    {
        var lexer = new Lexer(text);
        lexer.Code(inHole: false);
        return new(lexer._code);
    }

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private bool Sees(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    private int Run(char c)
    {
        var n = 0;
        while (Peek(n) == c)
        {
            n++;
        }

        return n;
    }

    private void SkipTo(string end)
    {
        var found = _text.IndexOf(end, _at, StringComparison.Ordinal);
        _at = found < 0 ? _text.Length : found;
    }

    // Reads code up to the end of the text, or of the hole (its closing brace, or the colon before a format, is left unread).
    private void Code(bool inHole)
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            var c = Peek();
            if (inHole && depth == 0 && (c is '}' || (c is ':' && Peek(1) != ':' && _text[_at - 1] != ':')))
            {
                return;
            }

            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
            if (!SkipTrivia() && !SkipQuoted())
            {
                _code[_at] = c;
                _at++;
            }
        }
    }

    private bool SkipTrivia()
    {
        if (Sees("//") || (Peek() is '#' && IsFirstOfLine()))
        {
            SkipTo("\n");
            return true;
        }

        if (Sees("/*"))
        {
            SkipTo("*/");
            _at = Math.Min(_at + 2, _text.Length);
            return true;
        }

        return false;
    }

    private bool IsFirstOfLine()
    {
        var start = _at == 0 ? 0 : _text.LastIndexOf('\n', _at - 1) + 1;
        return string.IsNullOrWhiteSpace(_text[start.._at]);
    }

    private bool SkipQuoted()
    {
        if (Peek() is '\'')
        {
            _at++;
            SkipPlain('\'', holes: 0, verbatim: false);
            return true;
        }

        var prefix = 0;
        while (Peek(prefix) is '$' or '@')
        {
            prefix++;
        }

        if (Peek(prefix) is not '"')
        {
            return false;
        }

        var holes = _text.AsSpan(_at, prefix).Count('$');
        var verbatim = _text.AsSpan(_at, prefix).Contains('@');
        _at += prefix;
        var quotes = Run('"');
        if (quotes >= 3 && !verbatim)
        {
            _at += quotes;
            SkipRaw(quotes, holes);
        }
        else
        {
            _at++;
            SkipPlain('"', holes, verbatim);
        }

        return true;
    }

    private void SkipPlain(char quote, int holes, bool verbatim)
    {
        while (_at < _text.Length)
        {
            var c = Peek();
            if (c == quote)
            {
                _at++;
                if (!verbatim || Peek() != quote)
                {
                    return;
                }

                _at++;
            }
            else if (c is '\\' && !verbatim)
            {
                _at += 2;
            }
            else if (holes > 0 && c is '{')
            {
                SkipBraces(1);
            }
            else
            {
                _at++;
            }
        }
    }

    private void SkipRaw(int quotes, int holes)
    {
        while (_at < _text.Length)
        {
            if (Run('"') >= quotes)
            {
                _at += Run('"');
                return;
            }

            if (holes > 0 && Run('{') >= holes)
            {
                SkipBraces(holes);
            }
            else
            {
                _at++;
            }
        }
    }

    // At one or more opening braces: either escaped ones, or text and then a hole opened by the last `holes` of them.
    private void SkipBraces(int holes)
    {
        var run = Run('{');
        _at += run;
        if (holes == 1 && run % 2 == 0)
        {
            return;
        }

        Code(inHole: true);
        while (_at < _text.Length && Peek() is not '}')
        {
            _at++;
        }

        _at = Math.Min(_at + holes, _text.Length);
    }
}
