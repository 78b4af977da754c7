namespace Sequitur.Tokenizers.Templates;

/// <summary>A place in a template's tokens, which moves on as they are parsed, and how deeply nested it is.</summary>
internal sealed class TokenCursor(List<Token> tokens)
{
    // Deeper nesting than any real template has; the recursion stays far from the end of the stack.
    private const int MaxDepth = 100;

    private int _next;
    private int _depth;

    public Token Current => tokens[_next];

    public Token Ahead => tokens[Math.Min(_next + 1, tokens.Count - 1)];

    /// <summary>The current token, and moves past it; past the end there is nothing.</summary>
    public Token Take() => Current.Kind == TokenKind.End ? Current : tokens[_next++];

    public void Skip(int count) => _next += count;

    public bool SkipName(string name)
    {
        bool found = Current.IsName(name);
        _next += found ? 1 : 0;
        return found;
    }

    public bool SkipOperator(string @operator)
    {
        bool found = Current.Is(@operator);
        _next += found ? 1 : 0;
        return found;
    }

    public Token ExpectKind(TokenKind kind) => Current.Kind == kind
        ? Take()
        : throw Current.Failure($"expected {new Token(kind, kind.ToString().ToLowerInvariant(), 0).Describe()}, got {Current.Describe()}");

    public void ExpectOperator(string @operator)
    {
        if (!SkipOperator(@operator))
        {
            throw Current.Failure($"expected '{@operator}', got {Current.Describe()}");
        }
    }

    public void ExpectName(string name)
    {
        if (!SkipName(name))
        {
            throw Current.Failure($"expected '{name}', got {Current.Describe()}");
        }
    }

    /// <summary>Whether a list goes on before its closing operator. A comma is taken between items; one may also follow the last.</summary>
    public bool HasItem(string close, bool isFirst)
    {
        if (Current.Is(close))
        {
            return false;
        }

        if (isFirst)
        {
            return true;
        }

        ExpectOperator(",");
        return !Current.Is(close);
    }

    /// <summary>Goes one level deeper; <see cref="Leave"/> comes back.</summary>
    /// <exception cref="TemplateException">It is nested too deep.</exception>
    public void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new TemplateException(TemplateErrorKind.Limit, $"nested deeper than {MaxDepth} levels", Current.Line);
        }
    }

    public void Leave() => _depth--;
}
