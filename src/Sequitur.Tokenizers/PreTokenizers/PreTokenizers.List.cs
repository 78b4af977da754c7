namespace Sequitur.Tokenizers;

public static partial class PreTokenizers
{
    private static readonly Dictionary<string, Func<IPreTokenizer>> s_all = new(StringComparer.Ordinal)
    {
        ["gpt-2"] = () => new Gpt2PreTokenizer(),
        ["smollm"] = () => new SmolLmPreTokenizer(),
    };
}
