using Sequitur.Formats.Gguf;
using Sequitur.Fuzz.Mutators;

namespace Sequitur.Fuzz.Targets;

/// <summary>Split GGUF models of which one file is damaged, whichever it was.</summary>
[FuzzTarget("gguf-split")]
internal sealed class GgufSplit : IFuzzTarget
{
    private const int Files = 3;

    private static readonly string Folder = Path.Combine(Inputs.Repository, "tests", "conformance", "gguf", "gguf", "valid", "split");

    public static IMutator Mutator => new GgufMutator();

    public static IEnumerable<byte[]> Seeds(string corpus) => Enumerable.Range(1, Files).Select(Sound);

    public static void Read(byte[] input, Scratch scratch)
    {
        // its length chooses the place, so that a damaged file also stands where another belongs
        var place = 1 + (input.Length % Files);
        for (var number = 1; number <= Files; number++)
        {
            scratch.Write(Name(number), number == place ? input : Sound(number));
        }

        using var source = GgufWeightSource.Open(scratch.PathOf(Name(1)));
        Gguf.Touch(source);
    }

    private static string Name(int number) => $"model-{number:D5}-of-{Files:D5}.gguf";

    private static byte[] Sound(int number) => File.ReadAllBytes(Path.Combine(Folder, Name(number)));
}
