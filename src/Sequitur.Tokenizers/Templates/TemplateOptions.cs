namespace Sequitur.Tokenizers.Templates;

/// <summary>What a template may do and know. The defaults suit chat templates of untrusted origin.</summary>
public sealed class TemplateOptions
{
    /// <summary>The defaults: 10⁶ steps, 32 Mi characters, no clock.</summary>
    public static TemplateOptions Default { get; } = new();

    /// <summary>Steps after which rendering fails: one a node evaluated, an item looped over, 1,024 characters handled.</summary>
    public long MaxSteps { get; init; } = 1_000_000;

    /// <summary>The longest text, in UTF-16 units, that the template may make or write.</summary>
    public int MaxCharacters { get; init; } = 1 << 25;

    /// <summary>
    /// The time that <c>strftime_now</c> tells. Null (the default): the function is refused, since a prompt that changes with the clock cannot
    /// be reproduced; who wants it gives the time, and can give the same again.
    /// </summary>
    public DateTime? Now { get; init; }
}
