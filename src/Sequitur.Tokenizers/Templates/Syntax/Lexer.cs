using System.Text.RegularExpressions;

namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// Cuts a template into tokens as Jinja 3.1 does in Hugging Face's environment: <c>trim_blocks</c> (the newline after a tag goes) and
/// <c>lstrip_blocks</c> (white space before a tag at the start of a line goes) are on; <c>-</c> and <c>+</c> at a tag override them; newlines
/// become <c>\n</c>; one newline at the end of the template is dropped.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly bool _mayBeRaw; // without the word, no pattern is tried (and no engine of patterns loaded)
    private int _at;
    private int _line = 1;
    private int _lineCountedTo;

    // Whether what was consumed last ended a line, so that white space now stands at the start of one.
    private bool _lineStarting = true;

    private Lexer(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
        _mayBeRaw = source.Contains("raw", StringComparison.Ordinal);
    }

    /// <summary>All tokens of a template, the last one <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="TemplateException">A tag, string or comment is not closed, or a character has no meaning.</exception>
    public static List<Token> Run(string source)
    {
        var lexer = new Lexer(source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    [GeneratedRegex(@"\G\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})", RegexOptions.CultureInvariant)]
    private static partial Regex RawBegin();

    [GeneratedRegex(@"\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)", RegexOptions.CultureInvariant)]
    private static partial Regex RawEnd();

    private void ReadAll()
    {
        while (_at < _source.Length)
        {
            int tag = NextTag(_at);
            if (tag < 0)
            {
                AddData(_source[_at..]);
                _at = _source.Length;
                break;
            }

            char kind = _source[tag + 1];
            char sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : '\0';
            AddData(StripBefore(_source[_at..tag], sign, isOutput: kind == '{'));
            _at = tag;
            ReadTag(kind, sign);
        }

        _tokens.Add(new Token(TokenKind.End, "", LineAt(_source.Length)));
    }

    private void ReadTag(char kind, char sign)
    {
        Match raw = kind == '%' && _mayBeRaw ? RawBegin().Match(_source, _at) : Match.Empty;
        if (raw.Success)
        {
            _at += raw.Length;
            _lineStarting = raw.Value.EndsWith('\n');
            ReadRaw();
            return;
        }

        int start = _at;
        _at += sign == '\0' ? 2 : 3;
        _lineStarting = false;
        switch (kind)
        {
            case '#':
                ReadComment(start);
                break;
            case '%':
                _tokens.Add(new Token(TokenKind.BlockBegin, "{%", LineAt(start)));
                ReadExpression(TokenKind.BlockEnd);
                break;
            default:
                _tokens.Add(new Token(TokenKind.OutputBegin, "{{", LineAt(start)));
                ReadExpression(TokenKind.OutputEnd);
                break;
        }
    }

    private int NextTag(int from)
    {
        while (true)
        {
            int brace = _source.IndexOf('{', from);
            if (brace < 0 || brace + 1 >= _source.Length)
            {
                return -1;
            }

            if (_source[brace + 1] is '{' or '%' or '#')
            {
                return brace;
            }

            from = brace + 1;
        }
    }

    private string StripBefore(string data, char sign, bool isOutput)
    {
        if (sign == '-')
        {
            return data.AsSpan().TrimEnd(PythonText.WhiteSpace).ToString();
        }

        int line = data.LastIndexOf('\n') + 1;
        bool atLineStart = line > 0 || _lineStarting;
        bool blank = line < data.Length && data.AsSpan(line).Trim(PythonText.WhiteSpace).IsEmpty;
        return sign != '+' && !isOutput && atLineStart && blank ? data[..line] : data;
    }

    private void AddData(string data)
    {
        if (data.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.Data, data, LineAt(_at)));
        }
    }

    private void ReadComment(int start)
    {
        int end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error("a comment is not closed", start);
        }

        char sign = end > _at ? _source[end - 1] : '\0';
        EndTag(end + 2, sign, trimNewline: true);
    }

    private void ReadRaw()
    {
        Match end = RawEnd().Match(_source, _at);
        if (!end.Success)
        {
            throw Error("a raw block is not closed", _at);
        }

        char sign = end.Groups[1].Length > 0 ? end.Groups[1].ValueSpan[0] : '\0';
        AddData(StripBefore(_source[_at..end.Index], sign, isOutput: false));
        _at = end.Index + end.Length;
        _lineStarting = end.Value.EndsWith('\n');
    }

    // What follows a tag's end: "-" takes all white space along, otherwise trim_blocks takes one newline, "+" prevents that.
    private void EndTag(int after, char sign, bool trimNewline)
    {
        _at = after;
        if (sign == '-')
        {
            while (_at < _source.Length && PythonText.IsWhiteSpace(_source[_at]))
            {
                _at++;
            }
        }
        else if (sign != '+' && trimNewline && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }

        _lineStarting = _source[_at - 1] == '\n';
    }

    private int LineAt(int position)
    {
        for (; _lineCountedTo < position; _lineCountedTo++)
        {
            _line += _source[_lineCountedTo] == '\n' ? 1 : 0;
        }

        return _line;
    }

    private TemplateException Error(string message, int position) => new(TemplateErrorKind.Syntax, message, LineAt(position));
}
