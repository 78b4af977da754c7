namespace Sequitur.Tokenizers.Templates;

/// <summary>A part of a rendered prompt.</summary>
/// <param name="Text">The text.</param>
/// <param name="FromTemplate">Whether the template wrote it itself, so that names of control tokens in it mean the tokens. Whatever came from a
/// message (but for a well-known role) or another variable, or was mixed with such by a filter, is not.</param>
public readonly record struct TemplateSegment(string Text, bool FromTemplate);
