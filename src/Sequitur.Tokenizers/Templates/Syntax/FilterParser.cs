namespace Sequitur.Tokenizers.Templates;

/// <summary>Filters and tests.</summary>
internal sealed class FilterParser(TokenCursor tokens, ParseContext context, OperandParser operands)
{
    public Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.Current.Is("|"))
            {
                foreach (FilterExpression filter in ParseFilterChain(first: false))
                {
                    value = filter with { Target = value };
                }
            }
            else if (tokens.Current.IsName("is"))
            {
                value = ParseTest(value);
            }
            else if (tokens.Current.Is("("))
            {
                value = operands.ParseCall(value);
            }
            else
            {
                return value;
            }
        }
    }

    public List<FilterExpression> ParseFilterChain(bool first)
    {
        var filters = new List<FilterExpression>();
        while (first || tokens.SkipOperator("|"))
        {
            first = false;
            Token token = tokens.Current;
            string name = ParseDottedName();
            ArgumentList arguments = tokens.Current.Is("(") ? operands.ParseArguments() : ArgumentList.None;
            if (context.Conditions == 0 && !Filters.Exists(name))
            {
                throw token.Failure($"there is no filter '{name}'");
            }

            filters.Add(new FilterExpression(null, name, arguments, token.Line));
        }

        return filters;
    }

    private Expression ParseTest(Expression value)
    {
        int line = tokens.Take().Line;
        bool negated = tokens.SkipName("not");
        Token token = tokens.Current;
        string name = ParseDottedName();
        if (context.Conditions == 0 && !ValueTests.Exists(name))
        {
            throw token.Failure($"there is no test '{name}'");
        }

        ArgumentList arguments = ArgumentList.None;
        if (tokens.Current.Is("("))
        {
            arguments = operands.ParseArguments();
        }
        else if (BeginsTestArgument())
        {
            if (tokens.Current.IsName("is"))
            {
                throw tokens.Current.Failure("tests cannot be chained with 'is'");
            }

            arguments = new ArgumentList([operands.ParsePostfix(operands.Parse())], [], null, null);
        }

        Expression test = new TestExpression(value, name, arguments, line);
        return negated ? new NotExpression(test, line) : test;
    }

    // "x is divisibleby 3": the argument needs no parentheses. So "x is defined if y" takes "if" for the argument and fails, as in Jinja.
    private bool BeginsTestArgument() => tokens.Current.Kind switch
    {
        TokenKind.Name => tokens.Current.Value is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => tokens.Current.Value is "[" or "{",
        _ => false,
    };

    private string ParseDottedName()
    {
        string name = tokens.ExpectKind(TokenKind.Name).Value;
        while (tokens.SkipOperator("."))
        {
            name += "." + tokens.ExpectKind(TokenKind.Name).Value;
        }

        return name;
    }
}
