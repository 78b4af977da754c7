using Sequitur.Tokenizers;

namespace Sequitur.Engine;

/// <summary>Strings that end a generation when its text contains them, whatever tokens they come in.</summary>
/// <param name="Vocabulary">The tokens' bytes.</param>
/// <param name="Strings">The strings.</param>
/// <param name="Include">Whether the text that is handed out ends with the stop string instead of before it.</param>
public sealed record StopText(BpeVocabulary Vocabulary, IReadOnlyList<string> Strings, bool Include = false);
