namespace Sequitur;

/// <summary>An error that is the user's to know: its message is one clear line that says what to do. Anything else is a defect.</summary>
public class SequiturException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A model, tokenizer, template or data file is damaged, truncated, hostile or contradicts itself.</summary>
public sealed class InvalidModelException(string message, Exception? inner = null) : SequiturException(message, inner);

/// <summary>An impossible request: an option out of range, an empty prompt.</summary>
public sealed class UsageException(string message, Exception? inner = null) : SequiturException(message, inner);

/// <summary>What was asked for needs more memory, or more context, than there is.</summary>
public sealed class CapacityException(string message) : SequiturException(message);

/// <summary>A file is sound, but uses an architecture, a format or an option that is not supported; the message names it.</summary>
public sealed class UnsupportedModelException(string message) : NotSupportedException(message);
