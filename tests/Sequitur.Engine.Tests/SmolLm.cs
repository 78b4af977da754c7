using Sequitur.Engine.Loading;
using Sequitur.Models;

namespace Sequitur.Engine.Tests;

/// <summary>The real model that the repository ships.</summary>
internal static class SmolLm
{
    private static readonly Lazy<LoadedModel> Loaded = new(() => ModelLoader.Load(Path!));

    /// <summary>Its file.</summary>
    public static string Path { get; } = Directory.EnumerateFiles(System.IO.Path.Combine(Root(), "models"), "SmolLM2-*.gguf", SearchOption.AllDirectories).Single();

    /// <summary>The model; every test shares one.</summary>
    public static Model Model => Loaded.Value.Model;

    private static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(System.IO.Path.Combine(at.FullName, "Sequitur.slnx")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new DirectoryNotFoundException("no Sequitur.slnx above the tests");
    }
}
