namespace Sequitur.Tokenizers.Templates;

/// <summary>Attributes (<c>x.name</c>) and items (<c>x[key]</c>): each tries the other where it finds nothing, as Jinja does.</summary>
internal static class Members
{
    public static object? Attribute(Evaluator evaluator, object? target, string name)
    {
        if (target is Undefined undefined)
        {
            throw undefined.Failure();
        }

        if (TryAttribute(target, name, out object? value))
        {
            return value;
        }

        return target is DictValue dict && dict.TryGet(name, out value) ? value : Undefined.Attribute(target, name);
    }

    public static object? Item(Evaluator evaluator, object? target, object? key)
    {
        switch (target)
        {
            case Undefined undefined:
                throw undefined.Failure();
            case DictValue dict when TryGet(evaluator, dict, key, out object? value):
                return value;
            case ListValue list when Values.TryInteger(key, out _):
                int index = Position(list.Items.Count, key);
                return index >= 0 ? list.Items[index] : Missing(target, key);
            case Text text when Values.TryInteger(key, out _):
                evaluator.ChargeText(text.Length);
                return Character(text, key);
        }

        return key is Text name && TryAttribute(target, name.Value, out object? attribute) ? attribute : Missing(target, key);
    }

    private static bool TryGet(Evaluator evaluator, DictValue dict, object? key, out object? value)
    {
        evaluator.ChargeKey(key);
        return dict.TryGet(key, out value);
    }

    private static Undefined Missing(object? target, object? key) => key is Text name
        ? Undefined.Attribute(target, name.Value)
        : new Undefined($"'{Values.TypeName(target)} object' has no element {Printing.ToText(key, 1000)}");

    private static object? Character(Text text, object? key)
    {
        int[]? starts = PythonText.Starts(text.Value);
        int index = Position(starts is null ? text.Length : starts.Length - 1, key);
        if (index < 0)
        {
            return Missing(text, key);
        }

        int from = starts?[index] ?? index;
        return text.Substring(from, (starts?[index + 1] ?? index + 1) - from);
    }

    private static int Position(int count, object? key)
    {
        long index = Values.ToInt(key);
        index = index < 0 ? index + count : index;
        return index >= 0 && index < count ? (int)index : -1;
    }

    // What a Python object of the type has as an attribute, internals included: those exist, but are out of reach.
    private static bool TryAttribute(object? target, string name, out object? value)
    {
        if (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal))
        {
            value = Undefined.Forbidden(target, name);
            return true;
        }

        value = target switch
        {
            Text text => StringMethods.TryGet(text, name),
            ListValue { Names.Count: > 0 } tuple when tuple.Names.Contains(name) => tuple.Items[tuple.Names.ToList().IndexOf(name)],
            ListValue list => CollectionMethods.TryGet(list, name),
            DictValue dict => CollectionMethods.TryGet(dict, name),
            MacroValue macro when name == "name" => Text.Of(macro.Name, trusted: true),
            MacroValue macro when name == "arguments" => new ListValue([.. macro.Parameters.Select(parameter => Text.Of(parameter, trusted: true))], ListKind.Tuple),
            Cycler cycler => cycler.TryGet(name),
            _ => null,
        };
        return value is not null
            || (target is NamespaceValue space && space.TryGet(name, out value))
            || (target is LoopValue loop && loop.TryGet(name, out value));
    }
}
