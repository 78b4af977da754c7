namespace Sequitur.Tokenizers.Templates;

/// <summary>The arguments of a call, evaluated.</summary>
internal sealed class Arguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?>? named = null)
{
    private static readonly Dictionary<string, object?> s_none = [];

    public static Arguments None { get; } = new([]);

    public IReadOnlyList<object?> Positional { get; } = positional;

    public IReadOnlyDictionary<string, object?> Named { get; } = named ?? s_none;

    public int Count => Positional.Count + Named.Count;

    /// <summary>Checks that nothing is given beyond these parameters.</summary>
    public Arguments Expect(string function, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
        {
            throw TemplateFailure.Runtime($"{function}() takes at most {parameters.Length} arguments ({Positional.Count} given)");
        }

        foreach (string name in Named.Keys)
        {
            int index = parameters.IndexOf(name);
            if (index < 0 || index < Positional.Count)
            {
                throw TemplateFailure.Runtime(index < 0 ? $"{function}() has no parameter '{name}'" : $"{function}() got '{name}' twice");
            }
        }

        return this;
    }

    public bool TryGet(int index, string name, out object? value)
    {
        if (index < Positional.Count)
        {
            value = Positional[index];
            return true;
        }

        return Named.TryGetValue(name, out value);
    }

    public object? Get(int index, string name, object? @default) => TryGet(index, name, out object? value) ? value : @default;

    /// <summary>An argument that must be there.</summary>
    public object? Need(int index, string name, string function) =>
        TryGet(index, name, out object? value) ? value : throw TemplateFailure.Runtime($"{function}() needs the argument '{name}'");

    public Text NeedText(int index, string name, string function) =>
        Need(index, name, function) as Text ?? throw TemplateFailure.Runtime($"{function}() needs a string for '{name}', not {Values.TypeName(Need(index, name, function))}");

    public int GetInt(int index, string name, int @default) => TryGet(index, name, out object? value) ? Values.ToInt(value) : @default;

    public bool GetBool(int index, string name, bool @default) => TryGet(index, name, out object? value) ? Values.IsTrue(value) : @default;
}

/// <summary>Something that a template can call.</summary>
internal interface ICallable
{
    object? Call(Evaluator evaluator, Arguments arguments);
}

/// <summary>A function of the library, or a method with its object.</summary>
internal sealed class Function(string name, Func<Evaluator, Arguments, object?> body) : ICallable
{
    public string Name { get; } = name;

    public object? Call(Evaluator evaluator, Arguments arguments) => body(evaluator, arguments);
}
