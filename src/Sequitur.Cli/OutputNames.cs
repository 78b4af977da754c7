using System.Text.RegularExpressions;

namespace Sequitur.Cli;

/// <summary>Names of files that commands make out of models.</summary>
internal static partial class OutputNames
{
    /// <summary>A file beside a model (in its directory, if it is one), named after it and a format: <c>Name.Q4_1.gguf</c> becomes <c>Name.Q8_0.gguf</c>.</summary>
    public static string Beside(string model, string format)
    {
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(model));
        var (folder, name) = Directory.Exists(whole) ? (whole, Path.GetFileName(whole)) : (Path.GetDirectoryName(whole) ?? "", Path.GetFileName(whole));
        return Path.Combine(folder, $"{Ending().Replace(name, "")}.{format}.gguf");
    }

    // The format that the name tells, the number of a split file, the extension.
    [GeneratedRegex(@"([.-](F32|F16|BF16|I?Q[0-9]_[0-9A-Z_]+|TQ[12]_0|MXFP4))?(-[0-9]{5}-of-[0-9]{5})?\.gguf$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Ending();
}
