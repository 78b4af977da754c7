namespace Sequitur.Tokenizers.Templates;

/// <summary>Filters and tests.</summary>
internal sealed partial class Parser
{
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
}
