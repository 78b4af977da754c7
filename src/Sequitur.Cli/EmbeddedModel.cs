namespace Sequitur.Cli;

/// <summary>The model that ships with the program.</summary>
internal static class EmbeddedModel
{
    /// <summary>Its directory, beside the executable.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "models", "SmolLM2-135M-Instruct");
}
