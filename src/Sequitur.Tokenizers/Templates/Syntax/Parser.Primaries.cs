namespace Sequitur.Tokenizers.Templates;

/// <summary>Literals, and what follows a value directly: attributes, subscripts, calls.</summary>
internal sealed partial class Parser
{
    private Expression ParsePrimary()
    {
        Token token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return Literals.TryName(token.Value, out object? constant) ? new ConstantExpression(constant, token.Line) : NoteName(token);
            case TokenKind.String:
                string text = token.Value;
                while (Current.Kind == TokenKind.String)
                {
                    text += Take().Value;
                }

                return new ConstantExpression(Text.Of(text, trusted: true), token.Line);
            case TokenKind.Integer or TokenKind.Float:
                return new ConstantExpression(Literals.Number(token), token.Line);
            case TokenKind.Operator when token.Value == "(":
                Expression inside = ParseTuple(inParentheses: true);
                ExpectOperator(")");
                return inside;
            case TokenKind.Operator when token.Value == "[":
                return ParseList(token);
            case TokenKind.Operator when token.Value == "{":
                return ParseDict(token);
            default:
                throw Error($"unexpected {token.Describe()}", token);
        }
    }

    private NameExpression NoteName(Token token)
    {
        _extras |= token.Value switch
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
        while (!Current.Is("]"))
        {
            if (items.Count > 0)
            {
                ExpectOperator(",");
                if (Current.Is("]"))
                {
                    break;
                }
            }

            items.Add(ParseExpression());
        }

        ExpectOperator("]");
        return new ListExpression(items, IsTuple: false, start.Line);
    }

    private DictExpression ParseDict(Token start)
    {
        var pairs = new List<(Expression, Expression)>();
        while (!Current.Is("}"))
        {
            if (pairs.Count > 0)
            {
                ExpectOperator(",");
                if (Current.Is("}"))
                {
                    break;
                }
            }

            Expression key = ParseExpression();
            ExpectOperator(":");
            pairs.Add((key, ParseExpression()));
        }

        ExpectOperator("}");
        return new DictExpression(pairs, start.Line);
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (Current.Is("."))
            {
                value = ParseAttribute(value);
            }
            else if (Current.Is("["))
            {
                value = ParseSubscript(value);
            }
            else if (Current.Is("("))
            {
                int line = Current.Line;
                value = new CallExpression(value, ParseArguments(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseAttribute(Expression target)
    {
        Take();
        Token name = Take();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeExpression(target, name.Value, name.Line),
            TokenKind.Integer => new IndexExpression(target, new ConstantExpression(Literals.Number(name), name.Line), name.Line),
            _ => throw Error($"expected a name or a number after '.', got {name.Describe()}", name),
        };
    }

    private IndexExpression ParseSubscript(Expression target)
    {
        int line = Take().Line;
        var items = new List<Expression>();
        while (!Current.Is("]"))
        {
            if (items.Count > 0)
            {
                ExpectOperator(",");
            }

            items.Add(ParseSubscriptItem());
        }

        ExpectOperator("]");
        Expression index = items.Count == 1 ? items[0] : new ListExpression(items, IsTuple: true, line);
        return new IndexExpression(target, index, line);
    }

    private Expression ParseSubscriptItem()
    {
        int line = Current.Line;
        Expression? start = Current.Is(":") ? null : ParseExpression();
        if (!SkipOperator(":"))
        {
            return start!;
        }

        Expression? stop = Current.Is(":") || Current.Is("]") || Current.Is(",") ? null : ParseExpression();
        Expression? step = SkipOperator(":") && !Current.Is("]") && !Current.Is(",") ? ParseExpression() : null;
        return new SliceExpression(start, stop, step, line);
    }

    private ArgumentList ParseArguments()
    {
        ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? star = null;
        Expression? doubleStar = null;
        bool first = true;
        while (!Current.Is(")"))
        {
            if (!first)
            {
                ExpectOperator(",");
                if (Current.Is(")"))
                {
                    break;
                }
            }

            first = false;
            Token token = Current;
            if (star is null && doubleStar is null && SkipOperator("*"))
            {
                star = ParseExpression();
            }
            else if (doubleStar is null && SkipOperator("**"))
            {
                doubleStar = ParseExpression();
            }
            else if (doubleStar is null && token.Kind == TokenKind.Name && Ahead.Is("="))
            {
                _next += 2;
                named.Add((token.Value, ParseExpression()));
            }
            else if (star is null && doubleStar is null && named.Count == 0)
            {
                positional.Add(ParseExpression());
            }
            else
            {
                throw Error("a positional argument follows a named one", token);
            }
        }

        ExpectOperator(")");
        return new ArgumentList(positional, named, star, doubleStar);
    }
}
