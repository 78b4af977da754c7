using Sequitur.Formats.SafeTensors;
using Sequitur.Fuzz.Mutators;

namespace Sequitur.Fuzz.Targets;

/// <summary>The list of shards of a safetensors checkpoint; the shards beside it are sound.</summary>
[FuzzTarget("safetensors-index")]
internal sealed class SafeTensorsIndex : IFuzzTarget
{
    private static readonly string Folder = Path.Combine(Inputs.Repository, "tests", "conformance", "gguf", "safetensors", "valid", "sharded");

    public static IMutator Mutator => new JsonMutator();

    public static IEnumerable<byte[]> Seeds(string corpus) => [File.ReadAllBytes(Path.Combine(Folder, SafeTensorsWeightSource.IndexName))];

    public static void Read(byte[] input, Scratch scratch)
    {
        foreach (var shard in Directory.GetFiles(Folder, "*.safetensors").Where(shard => !File.Exists(scratch.PathOf(Path.GetFileName(shard)))))
        {
            File.Copy(shard, scratch.PathOf(Path.GetFileName(shard)));
        }

        using var source = SafeTensorsWeightSource.Open(scratch.Write(SafeTensorsWeightSource.IndexName, input));
        Gguf.Touch(source);
    }
}
