namespace Sequitur.Tokenizers.Templates;

/// <summary>What a missing name, key or attribute gives: empty, false and printed as nothing; any other use fails with its message.</summary>
internal sealed class Undefined(string message, TemplateErrorKind kind = TemplateErrorKind.Undefined)
{
    /// <summary>The failure that using it means.</summary>
    public TemplateFailure Failure() => new(kind, message);

    public static Undefined Name(string name) => new($"'{name}' is undefined");

    public static Undefined Attribute(object? of, string name) => new(of is null ? $"'None' has no attribute '{name}'" : $"'{Values.TypeName(of)} object' has no attribute '{name}'");

    /// <summary>What exists but must not be touched.</summary>
    public static Undefined Forbidden(object? of, string name) => new($"access to attribute '{name}' of '{Values.TypeName(of)}' object is unsafe", TemplateErrorKind.Security);
}
