using System.Text;

namespace Sequitur.Cli.Completions;

/// <summary>Completions for PowerShell (its reference, <em>Register-ArgumentCompleter</em>).</summary>
internal static class PwshScript
{
    /// <summary>The script.</summary>
    public static string Write(CompletionTree tree)
    {
        var script = new StringBuilder("# PowerShell completion of sequitur: dot-source it in your profile\nRegister-ArgumentCompleter -Native -CommandName sequitur -ScriptBlock {\n    param($word, $ast, $position)\n");
        script.Append("    $options = @{\n");
        foreach (var command in tree.WithRoot())
        {
            script.Append($"        {Quote(command.Name)} = @({List(command.OptionNames())})\n");
        }

        script.Append("    }\n    $arguments = @{\n");
        foreach (var command in tree.WithRoot())
        {
            script.Append($"        {Quote(command.Name)} = @({List(command.Name.Length == 0 ? tree.Commands.Select(verb => verb.Name) : command.Words)})\n");
        }

        script.Append("    }\n    $values = @{\n");
        foreach (var command in tree.WithRoot())
        {
            foreach (var option in command.Options.Where(option => option.TakesValue && !option.IsFile))
            {
                option.Names.ToList().ForEach(name => script.Append($"        {Quote($"{command.Name} {name}")} = @({List(option.Words)})\n"));
            }
        }

        // Where nothing is answered, the shell offers files.
        return script.Append(
            """
                }
                $given = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
                $verb = "$($given | Select-Object -Skip 1 | Where-Object { $_ -and $options.ContainsKey($_) } | Select-Object -First 1)"
                $key = "$verb $($given[-1])"
                $found = if ($values.ContainsKey($key)) { $values[$key] } elseif ($word -like '-*') { $options[$verb] } else { $arguments[$verb] }
                $found | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }

            """).ToString();
    }

    private static string List(IEnumerable<string> words) => string.Join(", ", words.Select(Quote));

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
