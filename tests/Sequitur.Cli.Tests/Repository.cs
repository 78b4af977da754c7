namespace Sequitur.Cli.Tests;

/// <summary>Files of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Model => Path.Combine(Root, "models", "SmolLM2-135M-Instruct");

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Sequitur.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("the tests run inside the repository");
    }
}
