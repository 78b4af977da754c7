namespace Sequitur.Tokenizers.Templates;

/// <summary>What can be assigned to.</summary>
internal sealed class TargetParser(TokenCursor tokens)
{
    public Target Parse(bool withTuple, string? end = null)
    {
        Token start = tokens.Current;
        if (start.Kind == TokenKind.Name && tokens.Ahead.Is("."))
        {
            tokens.Skip(2);
            return new NamespaceTarget(start.Value, tokens.ExpectKind(TokenKind.Name).Value, start.Line);
        }

        var items = new List<Target>();
        bool isTuple = false;
        while (items.Count == 0 || !(ExpressionParser.IsTupleEnd(tokens.Current, end) || tokens.Current.Is("=")))
        {
            items.Add(ParseItem());
            if (!withTuple || !tokens.SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple ? new TupleTarget(items, start.Line) : items[0];
    }

    private Target ParseItem()
    {
        Token token = tokens.Take();
        if (token.Is("("))
        {
            tokens.Enter();
            Target inside = Parse(withTuple: true);
            tokens.ExpectOperator(")");
            tokens.Leave();
            return inside;
        }

        if (token.Kind != TokenKind.Name)
        {
            throw token.Failure($"unexpected {token.Describe()}");
        }

        return Literals.TryName(token.Value, out _) || token.Value == "in"
            ? throw token.Failure($"cannot assign to '{token.Value}'")
            : new NameTarget(token.Value, token.Line);
    }
}
