using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sequitur.Generators.Tests;

/// <summary>Runs the generator on a piece of source, and the result of compiling both.</summary>
internal sealed class Bench
{
    private static readonly CSharpParseOptions _language = new(LanguageVersion.Latest);

    private static readonly IReadOnlyList<MetadataReference> _platform =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path)).ToList<MetadataReference>();

    private readonly Compilation _compilation;

    private Bench(string[] sources)
    {
        Before = CSharpCompilation.Create(
            $"Bench{Guid.NewGuid():N}",
            sources.Select((source, i) => CSharpSyntaxTree.ParseText("using System;\n" + source, _language, $"Source{i}.cs")),
            _platform,
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Driver = CSharpGeneratorDriver.Create(
                [new RegistryGenerator().AsSourceGenerator()],
                parseOptions: _language,
                driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true))
            .RunGeneratorsAndUpdateCompilation(Before, out _compilation, out var diagnostics);
        Problems = [.. diagnostics.Concat(_compilation.GetDiagnostics()).Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)];
    }

    /// <summary>The compilation without what was generated.</summary>
    public Compilation Before { get; }

    /// <summary>The generator after its run.</summary>
    public GeneratorDriver Driver { get; }

    /// <summary>Warnings and errors, of the generator and of the compiler.</summary>
    public IReadOnlyList<Diagnostic> Problems { get; }

    public static Bench Run(params string[] sources) => new(sources);

    /// <summary>The generated file with this name.</summary>
    public string Generated(string file) =>
        Driver.GetRunResult().Results.Single().GeneratedSources.Single(source => source.HintName == file).SourceText.ToString();

    /// <summary>Loads what was compiled and reads the list of a registry.</summary>
    public IReadOnlyList<object> All(string registry)
    {
        Problems.ShouldBeEmpty();
        using var image = new MemoryStream();
        _compilation.Emit(image).Success.ShouldBeTrue();
        var type = Assembly.Load(image.ToArray()).GetType(registry, throwOnError: true)!;
        var list = type.GetProperty("All", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!.GetValue(null)!;
        return [.. ((IEnumerable)list).Cast<object>()];
    }
}
