namespace Sequitur.Tokenizers.Templates;

/// <summary>What surrounds the place that is being parsed, and what was seen there, shared by the parsers of a template.</summary>
internal sealed class ParseContext
{
    /// <summary>The conditions around the place: names of filters and tests need not exist where it depends on one whether they are reached.</summary>
    public int Conditions { get; set; }

    /// <summary>The loops around the place, within its macro.</summary>
    public int Loops { get; set; }

    /// <summary>The special names read so far in the macro around the place.</summary>
    public MacroExtras Extras { get; set; }
}
