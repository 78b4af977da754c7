using Sequitur.Formats.SafeTensors;
using Sequitur.Fuzz.Mutators;

namespace Sequitur.Fuzz.Targets;

/// <summary>Safetensors files, every byte of every tensor read.</summary>
[FuzzTarget("safetensors")]
internal sealed class SafeTensors : IFuzzTarget
{
    public static IMutator Mutator => new SafeTensorsMutator();

    public static IEnumerable<byte[]> Seeds(string corpus) =>
        Directory.GetFiles(Path.Combine(corpus, "gguf", "safetensors", "valid"), "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    public static void Read(byte[] input, Scratch scratch)
    {
        using var source = SafeTensorsWeightSource.Open(scratch.Write("input.safetensors", input));
        Gguf.Touch(source);
    }
}
