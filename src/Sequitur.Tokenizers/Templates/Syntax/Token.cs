namespace Sequitur.Tokenizers.Templates;

internal enum TokenKind
{
    Data,
    BlockBegin,
    BlockEnd,
    OutputBegin,
    OutputEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A token of a template: its kind, its text (strings without quotes and escapes), and its line.</summary>
internal readonly record struct Token(TokenKind Kind, string Value, int Line)
{
    public bool Is(string @operator) => Kind == TokenKind.Operator && Value == @operator;

    public bool IsName(string name) => Kind == TokenKind.Name && Value == name;

    /// <summary>The error that the template is not well formed at this token.</summary>
    public TemplateException Failure(string message) => new(TemplateErrorKind.Syntax, message, Line);

    /// <summary>How an error message calls it.</summary>
    public string Describe() => Kind switch
    {
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "the end of the tag ('%}')",
        TokenKind.OutputBegin => "'{{'",
        TokenKind.OutputEnd => "the end of the expression ('}}')",
        TokenKind.End => "the end of the template",
        TokenKind.Data => "text",
        _ => $"'{Value}'",
    };
}
