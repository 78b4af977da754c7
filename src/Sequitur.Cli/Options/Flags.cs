using System.CommandLine;
using System.Numerics;
using Sequitur.Cli.Output;

namespace Sequitur.Cli;

/// <summary>An option that can say what it allows.</summary>
internal interface IFlag
{
    /// <summary>The values, for messages: <c>a whole number from 1</c>.</summary>
    string Allowed { get; }
}

/// <summary>An option with a value.</summary>
/// <param name="name">Its name with the dashes.</param>
/// <param name="allowed">Its values, for messages.</param>
/// <param name="aliases">Shorter names.</param>
internal sealed class Flag<T>(string name, string allowed, params string[] aliases) : Option<T>(name, aliases), IFlag
{
    public string Allowed => allowed;
}

/// <summary>Makes options that refuse impossible values in one way: the option, what it allows, and what it was given.</summary>
internal static class Flags
{
    /// <summary>A whole number.</summary>
    public static Flag<T?> Whole<T>(string name, string description, T least, T most, params string[] aliases)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var allowed = most == T.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}";
        return Checked(new Flag<T?>(name, allowed, aliases) { Description = description }, value => T.TryParse(value, null, out var number) && number >= least && number <= most);
    }

    /// <summary>Bytes: a number from 1, alone or with kB, MB, GB or TB (powers of 1000) behind it.</summary>
    public static Flag<string?> Bytes(string name, string description) =>
        Checked(new Flag<string?>(name, "a number of bytes such as 800000000, 800MB or 1.5GB") { Description = description }, value => Quantity.ParseBytes(value) is not null);

    /// <summary>One of some words.</summary>
    public static Flag<string?> OneOf(string name, string description, params string[] words)
    {
        var allowed = words.Length > 1 ? $"{string.Join(", ", words[..^1])} or {words[^1]}" : words[0];
        var flag = Checked(new Flag<string?>(name, allowed) { Description = description }, words.Contains, value => Suggestions.Meant(value, words));
        flag.CompletionSources.Add(words);
        return flag;
    }

    /// <summary>Text that is not empty; several where the type is a list.</summary>
    public static Flag<T> Text<T>(string name, string description, string allowed, params string[] aliases) =>
        Checked(new Flag<T>(name, allowed, aliases) { Description = description }, value => value.Length > 0);

    private static Flag<T> Checked<T>(Flag<T> flag, Func<string, bool> isPossible, Func<string, string>? meant = null)
    {
        flag.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !isPossible(token.Value)))
            {
                result.AddError($"{flag.Name} must be {flag.Allowed}, not '{token.Value}'{meant?.Invoke(token.Value)}");
            }
        });
        return flag;
    }
}
