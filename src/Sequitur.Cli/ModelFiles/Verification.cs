using Sequitur.Cli.Output;
using Sequitur.Engine.Loading;
using Sequitur.Formats;

namespace Sequitur.Cli.ModelFiles;

/// <summary>How a check ended.</summary>
internal enum CheckState
{
    /// <summary>All is as it should be.</summary>
    Ok,

    /// <summary>Something is wrong.</summary>
    Failed,

    /// <summary>It could not be made, or nobody asked for it.</summary>
    Skipped,
}

/// <summary>A check of a model.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="State">How it ended.</param>
/// <param name="Detail">What was found, or why it was not made.</param>
internal sealed record ModelCheck(string Name, CheckState State, string Detail);

/// <summary>Checks a model: its files, what its architecture needs of them, its text, its hashes, its numbers.</summary>
/// <param name="io">Where progress goes.</param>
/// <param name="path">The model.</param>
internal sealed class Verification(CommandIo io, string path)
{
    /// <summary>The hash that the model's file must have; null where only its own manifest and the cache say one.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether every number is decoded and looked at.</summary>
    public bool Values { get; init; }

    /// <summary>Makes all checks.</summary>
    /// <exception cref="SequiturException">There is no model at the path.</exception>
    public IEnumerable<ModelCheck> Run(CancellationToken cancellation)
    {
        var location = ModelLocator.Locate(path);
        var facts = default(ModelFacts);
        yield return Check("structure", () =>
        {
            facts = ModelFacts.Read(path);
            return $"{facts.Format}: {Quantity.Count(facts.Tensors.Count, "tensor")} in {Quantity.Count(facts.Files.Count, "file")}, each inside its file and as long as its shape says";
        });
        yield return location.Kind == ModelKind.SafeTensors
            ? new("architecture", CheckState.Skipped, "weights only: there is no config.json beside them")
            : Check("architecture", Build);
        yield return location.Kind == ModelKind.SafeTensors
            ? new("text", CheckState.Skipped, "weights only: there is no vocabulary beside them")
            : Check("text", ReadText);
        foreach (var check in Hashes(facts, location, cancellation))
        {
            yield return check;
        }

        yield return !Values ? new("values", CheckState.Skipped, "reading every number takes a while: --values does it")
            : facts is null ? new("values", CheckState.Skipped, "the tensors cannot be read")
            : Check("values", () => new NumberCheck(io, location).Run(cancellation));
    }

    private static ModelCheck Check(string name, Func<string> check)
    {
        try
        {
            return new(name, CheckState.Ok, check());
        }
        catch (UnsupportedModelException problem)
        {
            return new(name, CheckState.Skipped, problem.Message);
        }
        catch (Exception problem) when (problem is SequiturException or IOException or UnauthorizedAccessException)
        {
            return new(name, CheckState.Failed, problem.Message);
        }
    }

    private string Build()
    {
        using var loaded = ModelLoader.Load(path);
        return $"{loaded.Model.GetType().Name} finds its {loaded.Model.Parameters.Count} parameters, each of the shape that the description needs";
    }

    private string ReadText()
    {
        var text = ModelText.Load(path);
        return $"{text.Tokenizer.Vocabulary.Count} tokens, {text.Tokenizer.Vocabulary.MergeCount} merges, {(text.Template is null ? "no chat template" : "a chat template")}";
    }

    private IEnumerable<ModelCheck> Hashes(ModelFacts? facts, ModelLocation location, CancellationToken cancellation)
    {
        IReadOnlyList<string> weights = facts is null ? location.Kind == ModelKind.HuggingFace ? [] : [location.Path] : [.. facts.Files.Select(file => file.Path)];
        if (Sha256 is not null && weights.Count != 1)
        {
            throw new UsageException($"--sha256 is the hash of one file, and the model has {weights.Count} files of weights");
        }

        var known = Known(location, weights, out var why);
        if (known.Count == 0)
        {
            yield return new("hash", CheckState.Skipped, why);
            yield break;
        }

        using var progress = new ProgressLine(io, "reading for hashes", known.Sum(hash => ModelFile.Of(hash.Path).Bytes));
        foreach (var hash in known)
        {
            var (name, file) = ("hash", Path.GetFileName(hash.Path));
            var check = Check(name, () => hash.Compute(progress, cancellation));
            yield return check.State != CheckState.Ok ? check
                : string.Equals(check.Detail, hash.Expected, StringComparison.OrdinalIgnoreCase) ? check with { Detail = $"{file}: {check.Detail}, as {hash.Source} says" }
                : new(name, CheckState.Failed, $"{file}: {check.Detail}, and {hash.Source} says {hash.Expected}: download it again");
        }
    }

    private IReadOnlyList<FileHash> Known(ModelLocation location, IReadOnlyList<string> weights, out string why)
    {
        why = "no hash is known: neither a manifest nor the Hugging Face cache has one; --sha256 gives one";
        if (Sha256 is not null)
        {
            return [new(weights[0], Sha256, "--sha256")];
        }

        var cached = FileHash.OfHubCache(location.Kind == ModelKind.HuggingFace ? Directory.GetFiles(location.Path) : weights).ToList();
        if (cached.Count > 0)
        {
            return cached;
        }

        try
        {
            if (weights.Count != 1 || ModelManifest.Find(path).Sha256 is not { } expected)
            {
                return [];
            }

            // A manifest speaks of the one model beside it.
            if (location.Kind == ModelKind.Gguf && Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(weights[0]))!, "*.gguf").Length > 1)
            {
                why = $"{ModelManifest.FileName} has a hash, and there are several GGUF files beside it: --sha256 says which";
                return [];
            }

            return [new(weights[0], expected, ModelManifest.FileName)];
        }
        catch (SequiturException problem)
        {
            why = problem.Message;
            return [];
        }
    }
}
