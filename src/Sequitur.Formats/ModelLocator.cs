using System.Text.RegularExpressions;
using Sequitur.Formats.HuggingFace;

namespace Sequitur.Formats;

/// <summary>What kind of model a path leads to.</summary>
public enum ModelKind
{
    /// <summary>A GGUF file: weights, configuration and vocabulary in one.</summary>
    Gguf,

    /// <summary>A safetensors file alone: weights, with a configuration only where one lies beside it.</summary>
    SafeTensors,

    /// <summary>A directory as Hugging Face lays it out: <c>config.json</c>, weights, tokenizer.</summary>
    HuggingFace,
}

/// <summary>A model that was found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">The GGUF or safetensors file, or the directory.</param>
public sealed record ModelLocation(ModelKind Kind, string Path);

/// <summary>Finds out what a path leads to, by what is in the file rather than by its name.</summary>
public static partial class ModelLocator
{
    /// <summary>Looks at a file or a directory. A directory without <c>config.json</c> that holds one GGUF model stands for it.</summary>
    /// <exception cref="SequiturException">There is nothing at the path, or nothing that is a model; the message says what it looks like.</exception>
    public static ModelLocation Locate(string path)
    {
        if (Directory.Exists(path))
        {
            return LocateDirectory(path);
        }

        if (!File.Exists(path))
        {
            throw new SequiturException($"the model does not exist: {path}");
        }

        var start = ReadStart(path);
        if (FileKinds.IsGguf(start))
        {
            return new(ModelKind.Gguf, path);
        }

        return FileKinds.IsSafeTensors(start)
            ? new(ModelKind.SafeTensors, path)
            : throw new InvalidModelException($"not a model that can be read (GGUF or safetensors): {path}: {FileKinds.Describe(start)}");
    }

    /// <summary>Whether a file's name says that it is a later file of a split model, which is opened by its first.</summary>
    public static bool IsLaterPart(string path) => LaterPart().IsMatch(path);

    [GeneratedRegex("-(?!00001)[0-9]{5}-of-[0-9]{5}\\.gguf$", RegexOptions.CultureInvariant)]
    private static partial Regex LaterPart();

    private static ModelLocation LocateDirectory(string directory)
    {
        try
        {
            if (File.Exists(Path.Combine(directory, HuggingFaceConfig.FileName)))
            {
                return new(ModelKind.HuggingFace, directory);
            }

            var files = Directory.GetFiles(directory, "*.gguf").Where(file => !IsLaterPart(file)).ToArray();
            return files.Length switch
            {
                1 => new(ModelKind.Gguf, files[0]),
                0 => throw new SequiturException($"the directory holds neither {HuggingFaceConfig.FileName} nor a GGUF file: {directory}"),
                _ => throw new SequiturException($"the directory holds {files.Length} GGUF models: name one of them: {directory}"),
            };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SequiturException($"the directory cannot be read: {directory}: {problem.Message}", problem);
        }
    }

    private static byte[] ReadStart(string path)
    {
        using var file = Kernels.Memory.MappedFile.Open(path);
        return file.Region.Slice(0, Math.Min(FileKinds.Prefix, file.Bytes)).AsSpan<byte>().ToArray();
    }
}
