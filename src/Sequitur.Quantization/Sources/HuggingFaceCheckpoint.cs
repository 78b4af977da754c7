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

            // A family may have several keys, and GGUF one name for all of them.
            if (architecture.Gguf is not { } map || ArchitectureRegistry.All.FirstOrDefault(entry => entry.Gguf == map && entry.Key.Gguf is not null)?.Key.Gguf is not { } name)
            {
                throw new UnsupportedModelException($"{config.Origin}: {architecture.Key.ClassName} cannot be written as GGUF yet");
            }

            var model = Create(architecture, config, source);
            var tensors = Tensors(model, map.For(config), config).ToArray();
            var keys = GgufKeys.Of(config, map, model, tensors);
            RequireSame(model, Create(architecture, keys.ToConfig(), source), config);
            var title = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
            KeyValuePair<string, GgufValue>[] metadata =
            [
                new(GgufNames.Architecture, GgufValues.Of(name)),
                new(GgufNames.ModelName, GgufValues.Of(title)),
                .. keys.Metadata(name),
                new(GgufNames.TokenizerModel, GgufValues.Of(GgufNames.NoVocabulary)),
            ];
            return new(metadata, [.. tensors, .. keys.RopeFactors(model)], Notes(model, source), [source]);
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
                $"{config.Origin} asks for something that GGUF files of this family cannot say (an unusual activation, or a scale of scores or positions of its own), so the model cannot be written as GGUF");
        }
    }

    private static IEnumerable<SourceTensor> Tensors(Model model, BoundNameMap names, ModelConfig config)
    {
        foreach (var parameter in model.Parameters)
        {
            var stored = StoredName(parameter, names)
                ?? throw new UnsupportedModelException($"{config.Origin}: tensor {parameter.Name} has no name in GGUF files of this family, so the model cannot be written as GGUF");
            var isVector = parameter.Shape.Rank == 1;
            var order = stored.Rows is { } rows ? Inverse(rows(checked((int)(isVector ? parameter.Weight.Columns : parameter.Weight.Rows)))) : null;
            var weight = order is null || isVector ? parameter.Weight : parameter.Weight.PermuteRows(order);
            yield return new WeightTensor(stored.Name, ShapeOf(parameter), weight, isVector ? order : null, stored.Added);
        }
    }

    // Some published checkpoints leave out the prefix of the family's base model.
    private static StoredName? StoredName(Parameter parameter, BoundNameMap names) =>
        BasePrefixes.Select(prefix => prefix + parameter.Name).Where(full => names.Translate(full).Name != full).Select(names.Translate).FirstOrDefault();

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
