using Sequitur.Formats;
using Sequitur.Formats.Gguf;
using Sequitur.Formats.HuggingFace;
using Sequitur.Formats.SafeTensors;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Loading;

/// <summary>A model with all that its files say about it. It keeps the files mapped until it is disposed.</summary>
/// <param name="Model">The model.</param>
/// <param name="Config">Its configuration, by Hugging Face's keys.</param>
/// <param name="Source">Its weights.</param>
/// <param name="Gguf">The GGUF file, if it is one: its vocabulary and template lie there.</param>
public sealed record LoadedModel(Model Model, ModelConfig Config, WeightSource Source, GgufFile? Gguf) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}

/// <summary>Opens models: finds out what a path is, reads its description, and lets the architecture's family open the weights.</summary>
public static class ModelLoader
{
    /// <summary>Opens a GGUF file, or a directory with <c>config.json</c> and safetensors.</summary>
    /// <exception cref="SequiturException">There is no model, or it is damaged.</exception>
    /// <exception cref="UnsupportedModelException">Its architecture, a format or an option is not supported.</exception>
    public static LoadedModel Load(string path)
    {
        var location = ModelLocator.Locate(path);
        return location.Kind switch
        {
            ModelKind.Gguf => LoadGguf(location.Path),
            ModelKind.HuggingFace => LoadHuggingFace(location.Path),
            _ => throw new SequiturException($"{location.Path} holds weights only: name the directory that has its config.json"),
        };
    }

    private static LoadedModel LoadGguf(string path)
    {
        var source = GgufWeightSource.Open(path);
        try
        {
            var architecture = Find(path, () => ArchitectureRegistry.FindGguf(source.File.Metadata.GetString("general.architecture")));
            var config = GgufConfig.Read(source, architecture.Gguf!);
            var weights = new CheckpointWeights(source, architecture.Gguf!.For(config));
            var model = Create(architecture, config, new WeightScope(weights));
            GgufConfig.RefuseUnread(source, weights.Unread);
            return new(model, config, source, source.File);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static LoadedModel LoadHuggingFace(string directory)
    {
        var config = HuggingFaceConfig.Load(directory);
        var architecture = Find(config.Origin, () => ArchitectureRegistry.Find(config));
        var source = SafeTensorsWeightSource.Open(directory);
        try
        {
            return new(Create(architecture, config, new WeightScope(new CheckpointWeights(source))), config, source, null);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static Architecture Find(string path, Func<Architecture> find)
    {
        try
        {
            return find();
        }
        catch (UnsupportedModelException problem)
        {
            throw new UnsupportedModelException($"{path}: {problem.Message}");
        }
    }

    // Families check what they read. What slips through shows here at the latest, where all graphs are written once: a shape that does not fit, a size that overflows.
    private static Model Create(Architecture architecture, ModelConfig config, WeightScope weights)
    {
        try
        {
            var model = architecture.Create(config, weights);
            foreach (var phase in model.Phases)
            {
                _ = model.Trace(phase);
            }

            return model;
        }
        catch (Exception problem) when (problem is ArgumentException or ArithmeticException)
        {
            throw new InvalidModelException($"{config.Origin} describes no possible model: {problem.Message}", problem);
        }
    }
}
