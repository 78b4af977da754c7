namespace Sequitur.Tokenizers.Templates;

/// <summary>Literals, and what follows a value directly: attributes, subscripts, calls.</summary>
internal sealed class OperandParser(TokenCursor tokens, ParseContext context, ExpressionParser expressions)
{
    public Expression Parse()
    {
        Token token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return Literals.TryName(token.Value, out object? constant) ? new ConstantExpression(constant, token.Line) : NoteName(token);
            case TokenKind.String:
                string text = token.Value;
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text += tokens.Take().Value;
                }

                return new ConstantExpression(Text.Of(text, trusted: true), token.Line);
            case TokenKind.Integer or TokenKind.Float:
                return new ConstantExpression(Literals.Number(token), token.Line);
            case TokenKind.Operator when token.Value == "(":
                Expression inside = expressions.ParseTuple(inParentheses: true);
                tokens.ExpectOperator(")");
                return inside;
            case TokenKind.Operator when token.Value == "[":
                return ParseList(token);
            case TokenKind.Operator when token.Value == "{":
                return ParseDict(token);
            default:
                throw token.Failure($"unexpected {token.Describe()}");
        }
    }

    private NameExpression NoteName(Token token)
    {
        context.Extras |= token.Value switch
        {
            "varargs" => MacroExtras.Positional,
            "kwargs" => MacroExtras.Named,
            "caller" => MacroExtras.Caller,
            _ => MacroExtras.None,
        };
        return new NameExpression(token.Value, token.Line);
    }

    private ListExpression ParseList(Token start)
    {
        var items = new List<Expression>();
        while (tokens.HasItem("]", isFirst: items.Count == 0))
        {
            items.Add(expressions.Parse());
        }

        tokens.ExpectOperator("]");
        return new ListExpression(items, IsTuple: false, start.Line);
    }

    private DictExpression ParseDict(Token start)
    {
        var pairs = new List<(Expression, Expression)>();
        while (tokens.HasItem("}", isFirst: pairs.Count == 0))
        {
            Expression key = expressions.Parse();
            tokens.ExpectOperator(":");
            pairs.Add((key, expressions.Parse()));
        }

        tokens.ExpectOperator("}");
        return new DictExpression(pairs, start.Line);
    }

    public Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (tokens.Current.Is("."))
            {
                value = ParseAttribute(value);
            }
            else if (tokens.Current.Is("["))
            {
                value = ParseSubscript(value);
            }
            else if (tokens.Current.Is("("))
            {
                value = ParseCall(value);
            }
            else
            {
                return value;
            }
        }
    }

    /// <summary>A call of a value, whose arguments begin at the current token.</summary>
    public CallExpression ParseCall(Expression target)
    {
        int line = tokens.Current.Line;
        return new CallExpression(target, ParseArguments(), line);
    }

    private Expression ParseAttribute(Expression target)
    {
        tokens.Take();
        Token name = tokens.Take();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeExpression(target, name.Value, name.Line),
            TokenKind.Integer => new IndexExpression(target, new ConstantExpression(Literals.Number(name), name.Line), name.Line),
            _ => throw name.Failure($"expected a name or a number after '.', got {name.Describe()}"),
        };
    }

    private IndexExpression ParseSubscript(Expression target)
    {
        int line = tokens.Take().Line;
        var items = new List<Expression>();
        while (!tokens.Current.Is("]"))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            items.Add(ParseSubscriptItem());
        }

        tokens.ExpectOperator("]");
        Expression index = items.Count == 1 ? items[0] : new ListExpression(items, IsTuple: true, line);
        return new IndexExpression(target, index, line);
    }

    private Expression ParseSubscriptItem()
    {
        int line = tokens.Current.Line;
        Expression? start = tokens.Current.Is(":") ? null : expressions.Parse();
        if (!tokens.SkipOperator(":"))
        {
            return start!;
        }

        Expression? stop = tokens.Current.Is(":") || tokens.Current.Is("]") || tokens.Current.Is(",") ? null : expressions.Parse();
        Expression? step = tokens.SkipOperator(":") && !tokens.Current.Is("]") && !tokens.Current.Is(",") ? expressions.Parse() : null;
        return new SliceExpression(start, stop, step, line);
    }

    public ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? star = null;
        Expression? doubleStar = null;
        bool first = true;
        while (tokens.HasItem(")", first))
        {
            first = false;
            Token token = tokens.Current;
            if (star is null && doubleStar is null && tokens.SkipOperator("*"))
            {
                star = expressions.Parse();
            }
            else if (doubleStar is null && tokens.SkipOperator("**"))
            {
                doubleStar = expressions.Parse();
            }
            else if (doubleStar is null && token.Kind == TokenKind.Name && tokens.Ahead.Is("="))
            {
                tokens.Skip(2);
                named.Add((token.Value, expressions.Parse()));
            }
            else if (star is null && doubleStar is null && named.Count == 0)
            {
                positional.Add(expressions.Parse());
            }
            else
            {
                throw token.Failure("a positional argument follows a named one");
            }
        }

        tokens.ExpectOperator(")");
        return new ArgumentList(positional, named, star, doubleStar);
    }
}
