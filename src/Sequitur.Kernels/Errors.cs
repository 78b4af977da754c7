using System.Globalization;

namespace Sequitur;

/// <summary>An error that is the user's to know: its message is one clear line that says what to do. Anything else is a defect.</summary>
public class SequiturException(string message, Exception? inner = null) : Exception(message, inner)
{
    private const int MostCharacters = 1000;

    /// <summary>
    /// A message that quotes what a file says, as one line that a terminal shows and does not obey: control characters are escaped, and of a very long text the
    /// middle is left out.
    /// </summary>
    protected internal static string OneLine(string message)
    {
        var shown = message.All(IsPlain) ? message : string.Concat(message.Select(c => IsPlain(c) ? $"{c}" : $"\\u{(int)c:x4}"));
        return shown.Length <= MostCharacters ? shown : $"{shown[..(MostCharacters * 3 / 4)]}…{shown[^(MostCharacters / 5)..]}";
    }

    private static bool IsPlain(char c) => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}

/// <summary>A model, tokenizer, template or data file is damaged, truncated, hostile or contradicts itself.</summary>
public sealed class InvalidModelException(string message, Exception? inner = null) : SequiturException(OneLine(message), inner);

/// <summary>An impossible request: an option out of range, an empty prompt.</summary>
public sealed class UsageException(string message, Exception? inner = null) : SequiturException(message, inner);

/// <summary>What was asked for needs more memory, or more context, than there is.</summary>
public sealed class CapacityException(string message) : SequiturException(message);

/// <summary>A file is sound, but uses an architecture, a format or an option that is not supported; the message names it.</summary>
public sealed class UnsupportedModelException(string message) : NotSupportedException(SequiturException.OneLine(message));
