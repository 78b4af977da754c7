using Sequitur.Formats.Gguf;
using Sequitur.Formats.HuggingFace;
using Sequitur.Formats.SafeTensors;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Quantization.Sources;

/// <summary>
/// A Hugging Face directory as GGUF: the family opens it, and its <see cref="NameMap"/> gives the names, keys and orders of rows. Without a vocabulary, since <c>tokenizer.json</c> is not read.
/// </summary>
internal static class HuggingFaceCheckpoint
{
    private static readonly string[] BasePrefixes = ["", "transformer.", "model."];

    public static ConversionSource Open(string directory)
    {
        var config = HuggingFaceConfig.Load(directory);
        var source = SafeTensorsWeightSource.Open(directory);
        try
        {
            var architecture = ArchitectureRegistry.Find(config);
            if (architecture is not { Gguf: { } map, Key.Gguf: { } name })
            {
                throw new UnsupportedModelException($"{config.Origin}: {architecture.Key.ClassName} cannot be written as GGUF yet");
            }

            var model = Create(architecture, config, source);
            var keys = GgufKeys.Of(config, map, model);
            RequireSame(model, Create(architecture, keys.ToConfig(), source), config);
            var title = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
            KeyValuePair<string, GgufValue>[] metadata =
            [
                new(GgufNames.Architecture, GgufValues.Of(name)),
                new(GgufNames.ModelName, GgufValues.Of(title)),
                .. keys.Metadata(name),
                new(GgufNames.TokenizerModel, GgufValues.Of(GgufNames.NoVocabulary)),
            ];
            return new(metadata, [.. Tensors(model, map.For(config), config), .. keys.RopeFactors(model)], Notes(model, source), [source]);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static Model Create(Architecture architecture, ModelConfig config, WeightSource source)
    {
        try
        {
            return architecture.Create(config, new WeightScope(new CheckpointWeights(source)));
        }
        catch (Exception problem) when (problem is ArgumentException or ArithmeticException)
        {
            throw new InvalidModelException($"{config.Origin} describes no possible model: {problem.Message}", problem);
        }
    }

    // What GGUF has no key for must not change the computation: the model of the written keys has to be the model of all keys.
    private static void RequireSame(Model model, Model written, ModelConfig config)
    {
        if (ModelText.Of(model) != ModelText.Of(written))
        {
            throw new UnsupportedModelException(
                $"{config.Origin} asks for something that GGUF files of this family cannot say (an activation, biases, or a scale of scores or positions of its own), so the model cannot be written as GGUF");
        }
    }

    private static IEnumerable<SourceTensor> Tensors(Model model, BoundNameMap names, ModelConfig config)
    {
        foreach (var parameter in model.Parameters)
        {
            // Some published checkpoints leave out the prefix of the family's base model.
            var name = BasePrefixes.Select(prefix => prefix + parameter.Name).FirstOrDefault(full => names.Translate(full).Name != full);
            if (name is null)
            {
                throw new UnsupportedModelException($"{config.Origin}: tensor {parameter.Name} has no name in GGUF files of this family, so the model cannot be written as GGUF");
            }

            var stored = names.Translate(name);
            var count = checked((int)parameter.Weight.Rows);
            var weight = stored.Rows is { } rows ? parameter.Weight.PermuteRows(Inverse(rows(count))) : parameter.Weight;
            yield return new WeightTensor(stored.Name, ShapeOf(parameter), weight);
        }
    }

    // Experts are stacked; all else is stored as the family reads it, row after row.
    private static IReadOnlyList<long> ShapeOf(Parameter parameter) => parameter.Shape.Rank == 1 ? [parameter.Shape.Columns]
        : parameter.StoredShape is { Count: 3 } stacked && stacked[0] > 1 ? [stacked[0], parameter.Weight.Rows / stacked[0], parameter.Weight.Columns]
        : [parameter.Weight.Rows, parameter.Weight.Columns];

    // The map says which stored row a logical row is; writing asks which logical row a stored row is.
    private static int[] Inverse(int[] rows)
    {
        var inverse = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            inverse[rows[i]] = i;
        }

        return inverse;
    }

    private static string[] Notes(Model model, SafeTensorsWeightSource source)
    {
        var read = model.Parameters.Select(parameter => parameter.Name).ToHashSet();
        var unread = source.Names.Where(name => !read.Contains(name) && !model.Parameters.Any(parameter => parameter.Name.Contains("{0}", StringComparison.Ordinal))).ToArray();
        return unread.Length == 0 ? [] : [$"{unread.Length} tensors that the family does not read are left out, {unread[0]} among them"];
    }
}
