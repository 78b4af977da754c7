namespace Sequitur.Cli.Completions;

/// <summary>The shells that scripts are written for.</summary>
internal static class Shells
{
    /// <summary>A script for each, by the shell's name.</summary>
    public static IReadOnlyDictionary<string, Func<CompletionTree, string>> All { get; } = new Dictionary<string, Func<CompletionTree, string>>(StringComparer.Ordinal)
    {
        ["bash"] = BashScript.Write,
        ["zsh"] = ZshScript.Write,
        ["fish"] = FishScript.Write,
        ["pwsh"] = PwshScript.Write,
    };

    /// <summary>All commands, the program itself first.</summary>
    public static IEnumerable<CompletedCommand> WithRoot(this CompletionTree tree) => tree.Commands.Prepend(tree.Root);

    /// <summary>All names of options.</summary>
    public static IEnumerable<string> OptionNames(this CompletedCommand command) => command.Options.SelectMany(option => option.Names);

    /// <summary>A text in single quotes as sh, zsh and fish read them.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
