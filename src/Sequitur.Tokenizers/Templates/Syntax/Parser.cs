namespace Sequitur.Tokenizers.Templates;

/// <summary>Parses a template's tokens into statements, by the grammar of Jinja 3.1 with Hugging Face's loop controls and generation tag.</summary>
internal sealed partial class Parser
{
    // Deeper nesting than any real template has; the recursion stays far from the end of the stack.
    private const int MaxDepth = 100;

    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;
    private int _loops;
    private MacroExtras _extras;

    // Names of filters and tests need to exist only where they are reached if that depends on a condition.
    private int _conditions;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_next];

    private Token Ahead => _tokens[Math.Min(_next + 1, _tokens.Count - 1)];

    /// <summary>Parses a whole template.</summary>
    /// <exception cref="TemplateException">It is not well formed.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new Parser(Lexer.Run(source));
        return parser.ParseBody("the template");
    }

    /// <summary>Statements up to a tag that is one of <paramref name="ends"/>, whose name is then the current token.</summary>
    private List<Statement> ParseBody(string inside, params ReadOnlySpan<string> ends)
    {
        Enter();
        var body = new List<Statement>();
        while (true)
        {
            Token token = Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new DataStatement(Text.Of(token.Value, trusted: true), token.Line));
                    break;
                case TokenKind.OutputBegin:
                    body.Add(new OutputStatement(ParseTuple(), token.Line));
                    ExpectKind(TokenKind.OutputEnd);
                    break;
                case TokenKind.BlockBegin when Current.Kind == TokenKind.Name && ends.Contains(Current.Value):
                    _depth--;
                    return body;
                case TokenKind.BlockBegin:
                    body.Add(ParseStatement());
                    ExpectKind(TokenKind.BlockEnd);
                    break;
                default:
                    if (ends.Length > 0)
                    {
                        throw Error($"{inside} is not closed; expected '{string.Join("' or '", ends.ToArray())}'", token);
                    }

                    _depth--;
                    return body;
            }
        }
    }

    /// <summary>The body of a tag: from the end of that tag up to <paramref name="end"/>, which is taken.</summary>
    private List<Statement> ParseBlock(string tag, string end)
    {
        ExpectKind(TokenKind.BlockEnd);
        List<Statement> body = ParseBody($"'{tag}'", end);
        Take();
        return body;
    }

    private Statement ParseStatement()
    {
        Token tag = Take();
        if (tag.Kind != TokenKind.Name)
        {
            throw Error($"expected the name of a tag, got {tag.Describe()}", tag);
        }

        return tag.Value switch
        {
            "if" => ParseIf(tag),
            "for" => ParseFor(tag),
            "set" => ParseSet(tag),
            "macro" => ParseMacro(tag),
            "call" => ParseCallBlock(tag),
            "filter" => ParseFilterBlock(tag),
            "with" => ParseWith(tag),
            "print" => new OutputStatement(ParseTuple(), tag.Line),
            "break" or "continue" => ParseLoopControl(tag),
            "generation" => new ScopeStatement(ParseBlock("generation", "endgeneration"), tag.Line),
            "block" => ParseNamedBlock(tag),
            "include" or "extends" or "import" or "from" => ParseMissingTemplate(tag),
            "autoescape" or "trans" or "debug" => throw new TemplateException(TemplateErrorKind.Unsupported, $"the tag '{tag.Value}' is not supported", tag.Line),
            _ => throw Error($"unknown tag '{tag.Value}'", tag),
        };
    }

    private IfStatement ParseIf(Token tag)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        List<Statement> otherwise = [];
        _conditions++;
        while (true)
        {
            Expression test = ParseTuple(withCondition: false);
            ExpectKind(TokenKind.BlockEnd);
            branches.Add((test, ParseBody("'if'", "elif", "else", "endif")));
            string end = Take().Value;
            if (end == "else")
            {
                otherwise = ParseBlock("if", "endif");
            }

            if (end != "elif")
            {
                break;
            }
        }

        _conditions--;
        return new IfStatement(branches, otherwise, tag.Line);
    }

    private ForStatement ParseFor(Token tag)
    {
        Target target = ParseTarget(withTuple: true, "in");
        ExpectName("in");
        Expression items = ParseTuple(withCondition: false, "recursive");
        Expression? test = SkipName("if") ? ParseExpression() : null;
        bool recursive = SkipName("recursive");
        ExpectKind(TokenKind.BlockEnd);
        _loops++;
        List<Statement> body = ParseBody("'for'", "endfor", "else");
        _loops--;
        List<Statement> otherwise = Take().Value == "else" ? ParseBlock("for", "endfor") : [];
        return new ForStatement(target, items, test, recursive, body, otherwise, tag.Line);
    }

    private LoopControlStatement ParseLoopControl(Token tag) => _loops > 0
        ? new LoopControlStatement(tag.Value == "break", tag.Line)
        : throw Error($"'{tag.Value}' outside of a loop", tag);

    private Statement ParseSet(Token tag)
    {
        Target target = ParseTarget(withTuple: true);
        if (SkipOperator("="))
        {
            return new SetStatement(target, ParseTuple(), tag.Line);
        }

        List<FilterExpression> filters = ParseFilterChain(first: false);
        return new SetBlockStatement(target, filters, ParseBlock("set", "endset"), tag.Line);
    }

    private WithStatement ParseWith(Token tag)
    {
        var values = new List<(Target, Expression)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                ExpectOperator(",");
            }

            Target target = ParseTarget(withTuple: false);
            ExpectOperator("=");
            values.Add((target, ParseExpression()));
        }

        return new WithStatement(values, ParseBlock("with", "endwith"), tag.Line);
    }

    private FilterBlockStatement ParseFilterBlock(Token tag)
    {
        List<FilterExpression> filters = ParseFilterChain(first: true);
        return new FilterBlockStatement(filters, ParseBlock("filter", "endfilter"), tag.Line);
    }

    private ScopeStatement ParseNamedBlock(Token tag)
    {
        string name = ExpectKind(TokenKind.Name).Value;
        while (Current.Kind == TokenKind.Name && Current.Value is "scoped" or "required")
        {
            Take();
        }

        List<Statement> body = ParseBlock("block", "endblock");
        SkipName(name);
        return new ScopeStatement(body, tag.Line);
    }

    private MissingTemplateStatement ParseMissingTemplate(Token tag)
    {
        while (Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
        {
            Take();
        }

        return new MissingTemplateStatement(tag.Value, tag.Line);
    }

    private MacroStatement ParseMacro(Token tag)
    {
        string name = ExpectKind(TokenKind.Name).Value;
        return new MacroStatement(ParseMacroRest(name, "macro", ParseParameters()), tag.Line);
    }

    private CallBlockStatement ParseCallBlock(Token tag)
    {
        List<(string, Expression?)> parameters = Current.Is("(") ? ParseParameters() : [];
        if (ParseExpression() is not CallExpression call)
        {
            throw Error("'call' needs a call", tag);
        }

        return new CallBlockStatement(call, ParseMacroRest("caller", "call", parameters), tag.Line);
    }

    private MacroDefinition ParseMacroRest(string name, string tag, List<(string, Expression?)> parameters)
    {
        (MacroExtras outer, int loops) = (_extras, _loops);
        (_extras, _loops) = (MacroExtras.None, 0);
        List<Statement> body = ParseBlock(tag, "end" + tag);
        var macro = new MacroDefinition(name, parameters, body, _extras);
        (_extras, _loops) = (outer, loops);
        return macro;
    }

    private List<(string, Expression?)> ParseParameters()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        ExpectOperator("(");
        while (!Current.Is(")"))
        {
            if (parameters.Count > 0)
            {
                ExpectOperator(",");
            }

            Token name = ExpectKind(TokenKind.Name);
            Expression? @default = SkipOperator("=") ? ParseExpression() : null;
            if (@default is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw Error($"parameter '{name.Value}' without a default follows one that has a default", name);
            }

            parameters.Add((name.Value, @default));
        }

        ExpectOperator(")");
        return parameters;
    }

    private Token Take() => Current.Kind == TokenKind.End ? Current : _tokens[_next++];

    private bool SkipName(string name)
    {
        bool found = Current.IsName(name);
        _next += found ? 1 : 0;
        return found;
    }

    private bool SkipOperator(string @operator)
    {
        bool found = Current.Is(@operator);
        _next += found ? 1 : 0;
        return found;
    }

    private Token ExpectKind(TokenKind kind) => Current.Kind == kind
        ? Take()
        : throw Error($"expected {new Token(kind, kind.ToString().ToLowerInvariant(), 0).Describe()}, got {Current.Describe()}", Current);

    private void ExpectOperator(string @operator)
    {
        if (!SkipOperator(@operator))
        {
            throw Error($"expected '{@operator}', got {Current.Describe()}", Current);
        }
    }

    private void ExpectName(string name)
    {
        if (!SkipName(name))
        {
            throw Error($"expected '{name}', got {Current.Describe()}", Current);
        }
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new TemplateException(TemplateErrorKind.Limit, $"nested deeper than {MaxDepth} levels", Current.Line);
        }
    }

    private static TemplateException Error(string message, Token at) => new(TemplateErrorKind.Syntax, message, at.Line);
}
