namespace Sequitur.Tokenizers.Templates;

/// <summary>What can be assigned to.</summary>
internal sealed partial class Parser
{
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
