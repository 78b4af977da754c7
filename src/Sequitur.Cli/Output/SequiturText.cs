namespace Sequitur.Cli.Output;

/// <summary>Text of users and models on a page.</summary>
internal static class SequiturText
{
    /// <summary>The text with its control characters made visible, so that a terminal shows it and does not obey it.</summary>
    public static string Visible(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : $"{c}")) : text;
}
