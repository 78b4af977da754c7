using Sequitur.Engine.KvCache;
using Sequitur.Engine.Loading;
using Sequitur.Kernels;
using Sequitur.Models;
using Sequitur.Tensors.Caches;

namespace Sequitur.Cli.ModelFiles;

/// <summary>The bytes that a model takes while it answers at a context.</summary>
/// <param name="Context">Positions.</param>
/// <param name="IsOwn">Whether they are the model's own number.</param>
/// <param name="Bytes">The cache of keys and values in Q8_0.</param>
/// <param name="Float16">The same in F16, as it is by default.</param>
/// <param name="Float32">The same in F32.</param>
internal sealed record ContextMemory(int Context, bool IsOwn, long Bytes, long Float16, long Float32);

/// <summary>What can be said of a model once its family has built it from the files, still without reading weights.</summary>
/// <param name="Memory">The memory at a context; null where the family is not supported, or keeps nothing.</param>
/// <param name="HasTiedHead">Whether the embedding table serves as the head too.</param>
/// <param name="Warnings">What may surprise whoever runs it.</param>
internal sealed record ModelChecks(ContextMemory? Memory, bool HasTiedHead, IReadOnlyList<string> Warnings)
{
    /// <summary>Makes them.</summary>
    /// <param name="facts">What the files say.</param>
    /// <param name="context">Positions; null for the model's own number.</param>
    /// <exception cref="CapacityException">The cache has more bytes than can be counted.</exception>
    public static ModelChecks Of(ModelFacts facts, int? context)
    {
        var warnings = new List<string>();
        ContextMemory? memory = null;
        var isTied = false;
        Try(warnings, () =>
        {
            using var loaded = ModelLoader.Load(facts.Path);
            var positions = context ?? loaded.Model.MaxPositions;
            if (positions > (loaded.Model.PositionLimit ?? int.MaxValue))
            {
                throw new UsageException($"a context of {positions} is impossible: the model has learned {loaded.Model.PositionLimit} positions");
            }

            isTied = loaded.Model is CausalLanguageModel && !facts.Tensors.Any(tensor => ParameterKinds.Of(tensor.Name) == ParameterKinds.Head);
            if (loaded.Model.Caches.Count > 0)
            {
                memory = new(positions, context is null, Bytes(ElementType.Q8_0), Bytes(ElementType.F16), Bytes(ElementType.F32));
            }

            long Bytes(ElementType format)
            {
                var bytes = CacheBudget.Bytes(new CacheLayout(loaded.Model.Caches, format, positions), positions, 1);
                return bytes <= long.MaxValue ? (long)bytes : throw new CapacityException($"the cache for a context of {positions} has more bytes than can be counted");
            }
        });
        Try(warnings, () => warnings.AddRange(OfText(facts, ModelText.Load(facts.Path))));
        return new(memory, isTied, [.. warnings.Distinct()]);
    }

    // What cannot run is shown all the same, and says why.
    private static void Try(List<string> warnings, Action check)
    {
        try
        {
            check();
        }
        catch (Exception problem) when (problem is UnsupportedModelException or SequiturException and not (UsageException or CapacityException))
        {
            warnings.Add($"it cannot be run: {problem.Message}");
        }
    }

    private static IEnumerable<string> OfText(ModelFacts facts, ModelText text)
    {
        if (facts.Format.StartsWith("GGUF", StringComparison.Ordinal) && !facts.Metadata.Any(entry => entry.Key == "tokenizer.ggml.pre"))
        {
            yield return "no tokenizer.ggml.pre: the pre-tokenizer is taken to be gpt-2, and may be another, which would cut text otherwise than in training";
        }

        if (text.Template is null)
        {
            yield return "no chat template: it continues texts (run --raw), and takes no messages";
        }
        else if (text.BeginToken is { } begin && Begins(text, begin))
        {
            yield return "the chat template writes the begin token, and the file asks for one too: here it comes once, other programs may put it twice";
        }
    }

    private static bool Begins(ModelText text, int begin)
    {
        var tokens = new List<Tokenizers.TokenSpan>();
        _ = text.Encode(new Engine.TextRequest { Prompt = "a" }, tokens);
        return tokens is [{ Length: > 0 } first, ..] && first.Id == begin;
    }
}
