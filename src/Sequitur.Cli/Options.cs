using System.CommandLine;
using System.Globalization;

namespace Sequitur.Cli;

/// <summary>Kinds of options that several commands have.</summary>
internal static class Options
{
    /// <summary>A whole number within bounds; anything else is an error that names the option and the bounds.</summary>
    public static Option<int?> WholeNumber(string name, string description, int least, int most, params string[] aliases)
    {
        var option = new Option<int?>(name, aliases) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most))
            {
                result.AddError($"{name} must be a whole number from {least} to {most}, not '{text}'");
            }
        });
        return option;
    }
}
