namespace Sequitur.Tokenizers.Templates;

/// <summary>A macro, with the names that are visible where it was defined.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope closure) : ICallable
{
    public string Name => definition.Name;

    public IEnumerable<string> Parameters => definition.Parameters.Select(parameter => parameter.Name);

    public object? Call(Evaluator evaluator, Arguments arguments)
    {
        var scope = new Scope(closure);
        var named = new Dictionary<string, object?>(arguments.Named);
        var values = new List<(string, object?, Expression?)>();
        for (int i = 0; i < definition.Parameters.Count; i++)
        {
            (string name, Expression? @default) = definition.Parameters[i];
            bool isNamed = named.Remove(name, out object? value);
            if (i < arguments.Positional.Count)
            {
                value = isNamed ? throw TemplateFailure.Runtime($"macro '{Name}' got '{name}' twice") : arguments.Positional[i];
                values.Add((name, value, null));
            }
            else
            {
                values.Add(isNamed ? (name, value, null) : (name, new Undefined($"parameter '{name}' was not provided"), @default));
            }
        }

        SetExtras(scope, arguments, named);
        return evaluator.RunMacro(definition, scope, values);
    }

    // Surplus arguments are fine only if the body reads the name that collects them.
    private void SetExtras(Scope scope, Arguments arguments, Dictionary<string, object?> named)
    {
        if (definition.Extras.HasFlag(MacroExtras.Caller))
        {
            scope.Set("caller", named.Remove("caller", out object? caller) ? caller : new Undefined("no caller is defined"));
        }

        if (definition.Extras.HasFlag(MacroExtras.Named))
        {
            var rest = new DictValue();
            foreach ((string name, object? value) in named)
            {
                rest.Set(name, value);
            }

            scope.Set("kwargs", rest);
        }
        else if (named.Count > 0)
        {
            throw TemplateFailure.Runtime($"macro '{Name}' takes no keyword argument '{named.Keys.First()}'");
        }

        int surplus = arguments.Positional.Count - definition.Parameters.Count;
        if (definition.Extras.HasFlag(MacroExtras.Positional))
        {
            scope.Set("varargs", new ListValue([.. arguments.Positional.Skip(definition.Parameters.Count)], ListKind.Tuple));
        }
        else if (surplus > 0)
        {
            throw TemplateFailure.Runtime($"macro '{Name}' takes not more than {definition.Parameters.Count} argument(s)");
        }
    }
}
