using Sequitur.Engine.Loading;
using Sequitur.Formats.HuggingFace;
using Sequitur.Formats.SafeTensors;
using Sequitur.Fuzz.Mutators;

namespace Sequitur.Fuzz.Targets;

/// <summary>A directory's <c>config.json</c>, of any family, beside sound weights of a Llama: the model is opened.</summary>
[FuzzTarget("config")]
internal sealed class Config : IFuzzTarget
{
    private static readonly string Models = Path.Combine(Inputs.Repository, "tests", "conformance", "models");

    public static IMutator Mutator => new JsonMutator();

    public static IEnumerable<byte[]> Seeds(string corpus) =>
        Directory.GetFiles(Models, HuggingFaceConfig.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    public static void Read(byte[] input, Scratch scratch)
    {
        var weights = scratch.PathOf(SafeTensorsWeightSource.SingleName);
        if (!File.Exists(weights))
        {
            File.Copy(Path.Combine(Models, "decoders", "llama_mha", SafeTensorsWeightSource.SingleName), weights);
        }

        scratch.Write(HuggingFaceConfig.FileName, input);
        ModelLoader.Load(scratch.Folder).Dispose();
    }
}
