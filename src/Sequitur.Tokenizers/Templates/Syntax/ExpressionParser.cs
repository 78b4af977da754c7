namespace Sequitur.Tokenizers.Templates;

/// <summary>Operators, from the loosest binding (<c>a if b else c</c>) to the tightest (signs).</summary>
internal sealed class ExpressionParser
{
    private readonly TokenCursor _tokens;
    private readonly ParseContext _context;
    private readonly OperandParser _operands;

    public ExpressionParser(TokenCursor tokens, ParseContext context)
    {
        (_tokens, _context) = (tokens, context);
        _operands = new OperandParser(tokens, context, this);
        Filters = new FilterParser(tokens, context, _operands);
    }

    public FilterParser Filters { get; }

    /// <summary>An expression, or several with commas between them: a tuple. It may stop at a comma before <paramref name="end"/>.</summary>
    public Expression ParseTuple(bool withCondition = true, string? end = null, bool inParentheses = false)
    {
        Token start = _tokens.Current;
        var items = new List<Expression>();
        bool isTuple = false;
        while (!IsTupleEnd(_tokens.Current, end))
        {
            items.Add(withCondition ? Parse() : ParseOr());
            if (!_tokens.SkipOperator(","))
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
            throw _tokens.Current.Failure($"expected an expression, got {_tokens.Current.Describe()}");
        }

        return new ListExpression(items, IsTuple: true, start.Line);
    }

    /// <summary>Whether a token ends a tuple without parentheses; a name may be <paramref name="end"/> of it.</summary>
    public static bool IsTupleEnd(Token token, string? end) =>
        token.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd || token.Is(")") || (end is not null && token.IsName(end));

    public Expression Parse()
    {
        _tokens.Enter();
        Expression value = ParseOr();
        while (_tokens.Current.IsName("if"))
        {
            Token token = _tokens.Take();
            _context.Conditions++;
            Expression test = ParseOr();
            Expression? otherwise = _tokens.SkipName("else") ? Parse() : null;
            _context.Conditions--;
            value = new ConditionalExpression(test, value, otherwise, token.Line);
        }

        _tokens.Leave();
        return value;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (_tokens.Current.IsName("or"))
        {
            int line = _tokens.Take().Line;
            left = new LogicExpression(IsAnd: false, left, ParseAnd(), line);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (_tokens.Current.IsName("and"))
        {
            int line = _tokens.Take().Line;
            left = new LogicExpression(IsAnd: true, left, ParseNot(), line);
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!_tokens.Current.IsName("not"))
        {
            return ParseCompare();
        }

        _tokens.Enter();
        int line = _tokens.Take().Line;
        var not = new NotExpression(ParseNot(), line);
        _tokens.Leave();
        return not;
    }

    private Expression ParseCompare()
    {
        int line = _tokens.Current.Line;
        Expression first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (_tokens.Current.Kind == TokenKind.Operator && _tokens.Current.Value is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                string @operator = _tokens.Take().Value;
                rest.Add((@operator, ParseSum()));
            }
            else if (_tokens.SkipName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (_tokens.Current.IsName("not") && _tokens.Ahead.IsName("in"))
            {
                _tokens.Skip(2);
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
        while (_tokens.Current.Is("+") || _tokens.Current.Is("-"))
        {
            Token token = _tokens.Take();
            left = new BinaryExpression(token.Value, left, ParseConcat(), token.Line);
        }

        return left;
    }

    private Expression ParseConcat()
    {
        int line = _tokens.Current.Line;
        Expression first = ParseProduct();
        if (!_tokens.Current.Is("~"))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (_tokens.SkipOperator("~"))
        {
            items.Add(ParseProduct());
        }

        return new ConcatExpression(items, line);
    }

    private Expression ParseProduct()
    {
        Expression left = ParsePower();
        while (_tokens.Current.Kind == TokenKind.Operator && _tokens.Current.Value is "*" or "/" or "//" or "%")
        {
            Token token = _tokens.Take();
            left = new BinaryExpression(token.Value, left, ParsePower(), token.Line);
        }

        return left;
    }

    // From left to right, unlike Python.
    private Expression ParsePower()
    {
        Expression left = ParseUnary(withFilters: true);
        while (_tokens.Current.Is("**"))
        {
            int line = _tokens.Take().Line;
            left = new BinaryExpression("**", left, ParseUnary(withFilters: true), line);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        _tokens.Enter();
        Expression value;
        if (_tokens.Current.Is("-") || _tokens.Current.Is("+"))
        {
            Token token = _tokens.Take();
            value = new NegateExpression(ParseUnary(withFilters: false), token.Is("+"), token.Line);
        }
        else
        {
            value = _operands.Parse();
        }

        value = _operands.ParsePostfix(value);
        value = withFilters ? Filters.ParseFiltersAndTests(value) : value;
        _tokens.Leave();
        return value;
    }
}
