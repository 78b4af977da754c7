namespace Sequitur.Tokenizers.Templates;

/// <summary>Expressions, from the loosest binding (<c>a if b else c</c>) to the tightest (calls, subscripts, filters).</summary>
internal sealed partial class Parser
{
    /// <summary>An expression, or several with commas between them: a tuple. It may stop at a comma before <paramref name="end"/>.</summary>
    private Expression ParseTuple(bool withCondition = true, string? end = null, bool inParentheses = false)
    {
        Token start = Current;
        var items = new List<Expression>();
        bool isTuple = false;
        while (!IsTupleEnd(end))
        {
            items.Add(withCondition ? ParseExpression() : ParseOr());
            if (!SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
        {
            return items[0];
        }

        if (items.Count == 0 && !inParentheses)
        {
            throw Error($"expected an expression, got {Current.Describe()}", Current);
        }

        return new ListExpression(items, IsTuple: true, start.Line);
    }

    private bool IsTupleEnd(string? end) =>
        Current.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd || Current.Is(")") || (end is not null && Current.IsName(end));

    private Expression ParseExpression()
    {
        Enter();
        Expression value = ParseOr();
        while (Current.IsName("if"))
        {
            Token token = Take();
            _conditions++;
            Expression test = ParseOr();
            Expression? otherwise = SkipName("else") ? ParseExpression() : null;
            _conditions--;
            value = new ConditionalExpression(test, value, otherwise, token.Line);
        }

        _depth--;
        return value;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (Current.IsName("or"))
        {
            int line = Take().Line;
            left = new LogicExpression(IsAnd: false, left, ParseAnd(), line);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (Current.IsName("and"))
        {
            int line = Take().Line;
            left = new LogicExpression(IsAnd: true, left, ParseNot(), line);
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!Current.IsName("not"))
        {
            return ParseCompare();
        }

        Enter();
        int line = Take().Line;
        var not = new NotExpression(ParseNot(), line);
        _depth--;
        return not;
    }

    private Expression ParseCompare()
    {
        int line = Current.Line;
        Expression first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Value is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                string @operator = Take().Value;
                rest.Add((@operator, ParseSum()));
            }
            else if (SkipName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (Current.IsName("not") && Ahead.IsName("in"))
            {
                _next += 2;
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new CompareExpression(first, rest, line);
            }
        }
    }

    private Expression ParseSum()
    {
        Expression left = ParseConcat();
        while (Current.Is("+") || Current.Is("-"))
        {
            Token token = Take();
            left = new BinaryExpression(token.Value, left, ParseConcat(), token.Line);
        }

        return left;
    }

    private Expression ParseConcat()
    {
        int line = Current.Line;
        Expression first = ParseProduct();
        if (!Current.Is("~"))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (SkipOperator("~"))
        {
            items.Add(ParseProduct());
        }

        return new ConcatExpression(items, line);
    }

    private Expression ParseProduct()
    {
        Expression left = ParsePower();
        while (Current.Kind == TokenKind.Operator && Current.Value is "*" or "/" or "//" or "%")
        {
            Token token = Take();
            left = new BinaryExpression(token.Value, left, ParsePower(), token.Line);
        }

        return left;
    }

    // From left to right, unlike Python.
    private Expression ParsePower()
    {
        Expression left = ParseUnary(withFilters: true);
        while (Current.Is("**"))
        {
            int line = Take().Line;
            left = new BinaryExpression("**", left, ParseUnary(withFilters: true), line);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Enter();
        Expression value;
        if (Current.Is("-") || Current.Is("+"))
        {
            Token token = Take();
            value = new NegateExpression(ParseUnary(withFilters: false), token.Is("+"), token.Line);
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        value = withFilters ? ParseFiltersAndTests(value) : value;
        _depth--;
        return value;
    }

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

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (Current.Is("|"))
            {
                foreach (FilterExpression filter in ParseFilterChain(first: false))
                {
                    value = filter with { Target = value };
                }
            }
            else if (Current.IsName("is"))
            {
                value = ParseTest(value);
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

    private List<FilterExpression> ParseFilterChain(bool first)
    {
        var filters = new List<FilterExpression>();
        while (first || SkipOperator("|"))
        {
            first = false;
            Token token = Current;
            string name = ParseDottedName();
            ArgumentList arguments = Current.Is("(") ? ParseArguments() : ArgumentList.None;
            if (_conditions == 0 && !Filters.Exists(name))
            {
                throw Error($"there is no filter '{name}'", token);
            }

            filters.Add(new FilterExpression(null, name, arguments, token.Line));
        }

        return filters;
    }

    private Expression ParseTest(Expression value)
    {
        int line = Take().Line;
        bool negated = SkipName("not");
        Token token = Current;
        string name = ParseDottedName();
        if (_conditions == 0 && !ValueTests.Exists(name))
        {
            throw Error($"there is no test '{name}'", token);
        }

        ArgumentList arguments = ArgumentList.None;
        if (Current.Is("("))
        {
            arguments = ParseArguments();
        }
        else if (BeginsTestArgument())
        {
            if (Current.IsName("is"))
            {
                throw Error("tests cannot be chained with 'is'", Current);
            }

            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
        }

        Expression test = new TestExpression(value, name, arguments, line);
        return negated ? new NotExpression(test, line) : test;
    }

    // "x is divisibleby 3": the argument needs no parentheses. So "x is defined if y" takes "if" for the argument and fails, as in Jinja.
    private bool BeginsTestArgument() => Current.Kind switch
    {
        TokenKind.Name => Current.Value is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => Current.Value is "[" or "{",
        _ => false,
    };

    private string ParseDottedName()
    {
        string name = ExpectKind(TokenKind.Name).Value;
        while (SkipOperator("."))
        {
            name += "." + ExpectKind(TokenKind.Name).Value;
        }

        return name;
    }

    private Target ParseTarget(bool withTuple, string? end = null)
    {
        Token start = Current;
        if (start.Kind == TokenKind.Name && Ahead.Is("."))
        {
            _next += 2;
            return new NamespaceTarget(start.Value, ExpectKind(TokenKind.Name).Value, start.Line);
        }

        var items = new List<Target>();
        bool isTuple = false;
        while (items.Count == 0 || !(IsTupleEnd(end) || Current.Is("=")))
        {
            items.Add(ParseTargetItem());
            if (!withTuple || !SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple ? new TupleTarget(items, start.Line) : items[0];
    }

    private Target ParseTargetItem()
    {
        Token token = Take();
        if (token.Is("("))
        {
            Enter();
            Target inside = ParseTarget(withTuple: true);
            ExpectOperator(")");
            _depth--;
            return inside;
        }

        if (token.Kind != TokenKind.Name)
        {
            throw Error($"unexpected {token.Describe()}", token);
        }

        return Literals.TryName(token.Value, out _) || token.Value == "in"
            ? throw Error($"cannot assign to '{token.Value}'", token)
            : new NameTarget(token.Value, token.Line);
    }
}
