namespace Sequitur.Tokenizers.Templates;

/// <summary>Parses a template's tokens into statements, by the grammar of Jinja 3.1 with Hugging Face's loop controls and generation tag.</summary>
internal sealed class TemplateParser
{
    private readonly TokenCursor _tokens;
    private readonly ParseContext _context = new();
    private readonly ExpressionParser _expressions;
    private readonly TargetParser _targets;

    private TemplateParser(TokenCursor tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens, _context);
        _targets = new TargetParser(tokens);
    }

    /// <summary>Parses a whole template.</summary>
    /// <exception cref="TemplateException">It is not well formed.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new TemplateParser(new TokenCursor(Lexer.Run(source)));
        return parser.ParseBody("the template");
    }

    /// <summary>Statements up to a tag that is one of <paramref name="ends"/>, whose name is then the current token.</summary>
    private List<Statement> ParseBody(string inside, params ReadOnlySpan<string> ends)
    {
        _tokens.Enter();
        var body = new List<Statement>();
        while (true)
        {
            Token token = _tokens.Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new DataStatement(Text.Of(token.Value, trusted: true), token.Line));
                    break;
                case TokenKind.OutputBegin:
                    body.Add(new OutputStatement(_expressions.ParseTuple(), token.Line));
                    _tokens.ExpectKind(TokenKind.OutputEnd);
                    break;
                case TokenKind.BlockBegin when _tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Value):
                    _tokens.Leave();
                    return body;
                case TokenKind.BlockBegin:
                    body.Add(ParseStatement());
                    _tokens.ExpectKind(TokenKind.BlockEnd);
                    break;
                default:
                    if (ends.Length > 0)
                    {
                        throw token.Failure($"{inside} is not closed; expected '{string.Join("' or '", ends.ToArray())}'");
                    }

                    _tokens.Leave();
                    return body;
            }
        }
    }

    /// <summary>The body of a tag: from the end of that tag up to <paramref name="end"/>, which is taken.</summary>
    private List<Statement> ParseBlock(string tag, string end)
    {
        _tokens.ExpectKind(TokenKind.BlockEnd);
        List<Statement> body = ParseBody($"'{tag}'", end);
        _tokens.Take();
        return body;
    }

    private Statement ParseStatement()
    {
        Token tag = _tokens.Take();
        if (tag.Kind != TokenKind.Name)
        {
            throw tag.Failure($"expected the name of a tag, got {tag.Describe()}");
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
            "print" => new OutputStatement(_expressions.ParseTuple(), tag.Line),
            "break" or "continue" => ParseLoopControl(tag),
            "generation" => new ScopeStatement(ParseBlock("generation", "endgeneration"), tag.Line),
            "block" => ParseNamedBlock(tag),
            "include" or "extends" or "import" or "from" => ParseMissingTemplate(tag),
            "autoescape" or "trans" or "debug" => throw new TemplateException(TemplateErrorKind.Unsupported, $"the tag '{tag.Value}' is not supported", tag.Line),
            _ => throw tag.Failure($"unknown tag '{tag.Value}'"),
        };
    }

    private IfStatement ParseIf(Token tag)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        List<Statement> otherwise = [];
        _context.Conditions++;
        while (true)
        {
            Expression test = _expressions.ParseTuple(withCondition: false);
            _tokens.ExpectKind(TokenKind.BlockEnd);
            branches.Add((test, ParseBody("'if'", "elif", "else", "endif")));
            string end = _tokens.Take().Value;
            if (end == "else")
            {
                otherwise = ParseBlock("if", "endif");
            }

            if (end != "elif")
            {
                break;
            }
        }

        _context.Conditions--;
        return new IfStatement(branches, otherwise, tag.Line);
    }

    private ForStatement ParseFor(Token tag)
    {
        Target target = _targets.Parse(withTuple: true, "in");
        _tokens.ExpectName("in");
        Expression items = _expressions.ParseTuple(withCondition: false, "recursive");
        Expression? test = _tokens.SkipName("if") ? _expressions.Parse() : null;
        bool recursive = _tokens.SkipName("recursive");
        _tokens.ExpectKind(TokenKind.BlockEnd);
        _context.Loops++;
        List<Statement> body = ParseBody("'for'", "endfor", "else");
        _context.Loops--;
        List<Statement> otherwise = _tokens.Take().Value == "else" ? ParseBlock("for", "endfor") : [];
        return new ForStatement(target, items, test, recursive, body, otherwise, tag.Line);
    }

    private LoopControlStatement ParseLoopControl(Token tag) => _context.Loops > 0
        ? new LoopControlStatement(tag.Value == "break", tag.Line)
        : throw tag.Failure($"'{tag.Value}' outside of a loop");

    private Statement ParseSet(Token tag)
    {
        Target target = _targets.Parse(withTuple: true);
        if (_tokens.SkipOperator("="))
        {
            return new SetStatement(target, _expressions.ParseTuple(), tag.Line);
        }

        List<FilterExpression> filters = _expressions.Filters.ParseFilterChain(first: false);
        return new SetBlockStatement(target, filters, ParseBlock("set", "endset"), tag.Line);
    }

    private WithStatement ParseWith(Token tag)
    {
        var values = new List<(Target, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            Target target = _targets.Parse(withTuple: false);
            _tokens.ExpectOperator("=");
            values.Add((target, _expressions.Parse()));
        }

        return new WithStatement(values, ParseBlock("with", "endwith"), tag.Line);
    }

    private FilterBlockStatement ParseFilterBlock(Token tag)
    {
        List<FilterExpression> filters = _expressions.Filters.ParseFilterChain(first: true);
        return new FilterBlockStatement(filters, ParseBlock("filter", "endfilter"), tag.Line);
    }

    private ScopeStatement ParseNamedBlock(Token tag)
    {
        string name = _tokens.ExpectKind(TokenKind.Name).Value;
        while (_tokens.Current.Kind == TokenKind.Name && _tokens.Current.Value is "scoped" or "required")
        {
            _tokens.Take();
        }

        List<Statement> body = ParseBlock("block", "endblock");
        _tokens.SkipName(name);
        return new ScopeStatement(body, tag.Line);
    }

    private MissingTemplateStatement ParseMissingTemplate(Token tag)
    {
        while (_tokens.Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
        {
            _tokens.Take();
        }

        return new MissingTemplateStatement(tag.Value, tag.Line);
    }

    private MacroStatement ParseMacro(Token tag)
    {
        string name = _tokens.ExpectKind(TokenKind.Name).Value;
        return new MacroStatement(ParseMacroRest(name, "macro", ParseParameters()), tag.Line);
    }

    private CallBlockStatement ParseCallBlock(Token tag)
    {
        List<(string, Expression?)> parameters = _tokens.Current.Is("(") ? ParseParameters() : [];
        if (_expressions.Parse() is not CallExpression call)
        {
            throw tag.Failure("'call' needs a call");
        }

        return new CallBlockStatement(call, ParseMacroRest("caller", "call", parameters), tag.Line);
    }

    private MacroDefinition ParseMacroRest(string name, string tag, List<(string, Expression?)> parameters)
    {
        (MacroExtras outer, int loops) = (_context.Extras, _context.Loops);
        (_context.Extras, _context.Loops) = (MacroExtras.None, 0);
        List<Statement> body = ParseBlock(tag, "end" + tag);
        var macro = new MacroDefinition(name, parameters, body, _context.Extras);
        (_context.Extras, _context.Loops) = (outer, loops);
        return macro;
    }

    private List<(string, Expression?)> ParseParameters()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        _tokens.ExpectOperator("(");
        while (!_tokens.Current.Is(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            Token name = _tokens.ExpectKind(TokenKind.Name);
            Expression? @default = _tokens.SkipOperator("=") ? _expressions.Parse() : null;
            if (@default is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw name.Failure($"parameter '{name.Value}' without a default follows one that has a default");
            }

            parameters.Add((name.Value, @default));
        }

        _tokens.ExpectOperator(")");
        return parameters;
    }
}
