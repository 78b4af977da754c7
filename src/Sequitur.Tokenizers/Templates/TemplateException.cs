namespace Sequitur.Tokenizers.Templates;

/// <summary>What kind of failure a <see cref="TemplateException"/> is.</summary>
public enum TemplateErrorKind
{
    /// <summary>The template is not well formed; known when it is parsed.</summary>
    Syntax,

    /// <summary>The template uses something that is not supported here; the message names it.</summary>
    Unsupported,

    /// <summary>A value that does not exist was used: a missing key's attribute, an unknown function.</summary>
    Undefined,

    /// <summary>An operation failed: wrong types, division by zero, a missing argument.</summary>
    Runtime,

    /// <summary>The template reached for what the sandbox forbids: internals, or changing a list or mapping.</summary>
    Security,

    /// <summary>The template itself refused the conversation by <c>raise_exception</c>; <see cref="TemplateException.Detail"/> is what it said.</summary>
    Raised,

    /// <summary>The template ran too long, nested too deep or wrote too much.</summary>
    Limit,
}

/// <summary>A chat template could not be parsed or rendered.</summary>
/// <param name="kind">What kind of failure.</param>
/// <param name="detail">What is wrong, without the line.</param>
/// <param name="line">The line of the template, from 1; 0 if none is known.</param>
/// <param name="inner">What caused it, if another exception did.</param>
public sealed class TemplateException(TemplateErrorKind kind, string detail, int line, Exception? inner = null)
    : SequiturException(OneLine(line > 0 ? $"Chat template, line {line}: {detail}" : $"Chat template: {detail}"), inner)
{
    /// <summary>What kind of failure it is.</summary>
    public TemplateErrorKind Kind { get; } = kind;

    /// <summary>What is wrong, without the line; for <see cref="TemplateErrorKind.Raised"/> exactly what the template said.</summary>
    public string Detail { get; } = detail;

    /// <summary>The line of the template, from 1; 0 if none is known.</summary>
    public int Line { get; } = line;
}

/// <summary>A failure inside the template library, which knows no lines; the evaluator turns it into a <see cref="TemplateException"/>.</summary>
internal sealed class TemplateFailure(TemplateErrorKind kind, string message) : Exception(message)
{
    public TemplateErrorKind Kind { get; } = kind;

    public static TemplateFailure Runtime(string message) => new(TemplateErrorKind.Runtime, message);
}
