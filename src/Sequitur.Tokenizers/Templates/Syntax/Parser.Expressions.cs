namespace Sequitur.Tokenizers.Templates;

/// <summary>Operators, from the loosest binding (<c>a if b else c</c>) to the tightest (signs).</summary>
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
}
