using Sequitur.Formats.Gguf;
using Sequitur.Fuzz.Mutators;
using Sequitur.Tensors.Weights;

namespace Sequitur.Fuzz.Targets;

/// <summary>GGUF files as containers: opened, every value decoded, every byte of every tensor read.</summary>
[FuzzTarget("gguf")]
internal sealed class Gguf : IFuzzTarget
{
    public static IMutator Mutator => new GgufMutator();

    public static IEnumerable<byte[]> Seeds(string corpus) =>
        Directory.GetFiles(Path.Combine(corpus, "gguf", "gguf", "valid"), "*.gguf").Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    public static void Read(byte[] input, Scratch scratch)
    {
        using var source = GgufWeightSource.Open(scratch.Write("input.gguf", input));
        foreach (var value in source.File.Metadata.Values)
        {
            _ = value.ToObject();
            _ = value.ToString();
        }

        _ = source.File.Metadata.ToConfig();
        Touch(source);
    }

    /// <summary>Reads all bytes of all tensors.</summary>
    public static void Touch(WeightSource source)
    {
        foreach (var name in source.Names)
        {
            _ = source.Find(name)!.Data.AsSpan<byte>().IndexOfAnyInRange((byte)1, (byte)0);
        }
    }
}
