using System.CommandLine;

namespace Sequitur.Cli;

/// <summary>The argument of commands about a model.</summary>
internal static class ModelArgument
{
    /// <summary>A model that may be left out, which means the embedded one.</summary>
    public static Argument<string?> Create() => new("MODEL")
    {
        Description = "A GGUF file (the first of a split model), or a Hugging Face directory; the embedded model by default",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
