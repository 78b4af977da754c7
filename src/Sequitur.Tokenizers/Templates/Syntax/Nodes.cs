namespace Sequitur.Tokenizers.Templates;

/// <summary>A part of a parsed template.</summary>
internal abstract record Node(int Line);

internal abstract record Expression(int Line) : Node(Line);

internal sealed record ConstantExpression(object? Value, int Line) : Expression(Line);

internal sealed record NameExpression(string Name, int Line) : Expression(Line);

internal sealed record ListExpression(IReadOnlyList<Expression> Items, bool IsTuple, int Line) : Expression(Line);

internal sealed record DictExpression(IReadOnlyList<(Expression Key, Expression Value)> Pairs, int Line) : Expression(Line);

internal sealed record AttributeExpression(Expression Target, string Name, int Line) : Expression(Line);

internal sealed record IndexExpression(Expression Target, Expression Index, int Line) : Expression(Line);

internal sealed record SliceExpression(Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

internal sealed record CallExpression(Expression Target, ArgumentList Arguments, int Line) : Expression(Line);

/// <summary>A filter; without a target it applies to the text of its block.</summary>
internal sealed record FilterExpression(Expression? Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);

internal sealed record TestExpression(Expression Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);

internal sealed record NegateExpression(Expression Operand, bool IsPlus, int Line) : Expression(Line);

internal sealed record NotExpression(Expression Operand, int Line) : Expression(Line);

internal sealed record BinaryExpression(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

internal sealed record LogicExpression(bool IsAnd, Expression Left, Expression Right, int Line) : Expression(Line);

internal sealed record ConcatExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

internal sealed record CompareExpression(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, int Line) : Expression(Line);

internal sealed record ConditionalExpression(Expression Test, Expression Then, Expression? Else, int Line) : Expression(Line);

/// <summary>The arguments of a call, filter or test.</summary>
internal sealed record ArgumentList(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Star, Expression? DoubleStar)
{
    public static ArgumentList None { get; } = new([], [], null, null);
}

/// <summary>What a value can be assigned to.</summary>
internal abstract record Target(int Line) : Node(Line);

internal sealed record NameTarget(string Name, int Line) : Target(Line);

internal sealed record TupleTarget(IReadOnlyList<Target> Items, int Line) : Target(Line);

internal sealed record NamespaceTarget(string Name, string Attribute, int Line) : Target(Line);

internal abstract record Statement(int Line) : Node(Line);

internal sealed record DataStatement(Text Text, int Line) : Statement(Line);

internal sealed record OutputStatement(Expression Value, int Line) : Statement(Line);

internal sealed record IfStatement(IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else, int Line) : Statement(Line);

internal sealed record ForStatement(Target Target, Expression Items, Expression? Test, bool IsRecursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else, int Line) : Statement(Line);

internal sealed record LoopControlStatement(bool IsBreak, int Line) : Statement(Line);

internal sealed record SetStatement(Target Target, Expression Value, int Line) : Statement(Line);

internal sealed record SetBlockStatement(Target Target, IReadOnlyList<FilterExpression> Filters, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

internal sealed record WithStatement(IReadOnlyList<(Target Target, Expression Value)> Values, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>A macro or the body of a call block: parameters (with defaults at the end) and what it writes.</summary>
internal sealed record MacroDefinition(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, MacroExtras Extras);

/// <summary>Which of the special names a macro's body reads; only then may a caller give them.</summary>
[Flags]
internal enum MacroExtras
{
    None = 0,
    Positional = 1,
    Named = 2,
    Caller = 4,
}

internal sealed record MacroStatement(MacroDefinition Macro, int Line) : Statement(Line);

internal sealed record CallBlockStatement(CallExpression Call, MacroDefinition Caller, int Line) : Statement(Line);

internal sealed record FilterBlockStatement(IReadOnlyList<FilterExpression> Filters, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>Statements with names of their own: a block, or the text that a <c>generation</c> tag marks as the assistant's.</summary>
internal sealed record ScopeStatement(IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>A tag that parses, but needs other templates, of which there are none: fails when it is reached.</summary>
internal sealed record MissingTemplateStatement(string Tag, int Line) : Statement(Line);
