using System.Runtime.InteropServices;
using System.Text.Json;
using Sequitur.Conformance.Tests.Cases;
using Sequitur.Formats.SafeTensors;
using Sequitur.Kernels.Formats;

namespace Sequitur.Conformance.Tests.Formats;

/// <summary>A tensor type of ggml: blocks as the reference writes them, and what it reads there.</summary>
/// <param name="Type">ggml's name of the type.</param>
internal sealed record FormatCase(string Type)
{
    private static readonly Lazy<JsonDocument> Types = new(() => JsonDocument.Parse(File.ReadAllBytes(PathOf("types.json"))));

    /// <summary>All types that the corpus has blocks of.</summary>
    public static IReadOnlyList<FormatCase> All => File.Exists(PathOf("types.json"))
        ? [.. Types.Value.RootElement.GetProperty("types").EnumerateArray().Select(type => new FormatCase(type.GetProperty("type").GetString()!)).Where(type => File.Exists(PathOf($"{type.Type}.safetensors")))]
        : [];

    /// <summary>The case's name below the corpus.</summary>
    public string Id => $"{Corpus.FormatArea}/{Type}";

    /// <summary>Our format, if we have it.</summary>
    public BlockFormat? Format => BlockFormats.Find(Type);

    /// <summary>ggml's number of the type.</summary>
    public int TypeId => Description.GetProperty("type_id").GetInt32();

    /// <summary>Whether the bytes that plain rounding gives are the same in all references.</summary>
    public bool BytesMustMatch => Description.GetProperty("bytes_must_match").GetBoolean();

    /// <summary>The error (root of the mean square) of the reference's product with encoded activations.</summary>
    public double ReferenceError => Description.GetProperty("dot").GetProperty("llamacpp_rms_error").GetDouble();

    private JsonElement Description => Types.Value.RootElement.GetProperty("types").EnumerateArray().Single(type => type.GetProperty("type").GetString() == Type);

    /// <summary>The matrices that the reference encoded or made up (<c>real</c>, <c>random</c> …), with the numbers it reads in them.</summary>
    public IEnumerable<(string Name, byte[] Bytes, float[] Numbers)> Matrices()
    {
        using var source = Open(Type);
        const string Suffix = ".bytes";
        foreach (var name in source.Names.Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Select(name => name[..^Suffix.Length]))
        {
            if (source.Find($"{name}.dequantized") is { } numbers)
            {
                yield return (name, Read<byte>(source, name + Suffix), numbers.Data.AsSpan<float>().ToArray());
            }
            else if (source.Find($"{name}.dequantized_f16") is { } halves)
            {
                yield return (name, Read<byte>(source, name + Suffix), [.. halves.Data.AsSpan<Half>().ToArray().Select(half => (float)half)]);
            }
        }
    }

    /// <summary>The bytes of a matrix.</summary>
    public byte[] Bytes(string matrix)
    {
        using var source = Open(Type);
        return Read<byte>(source, $"{matrix}.bytes");
    }

    /// <summary>The exact products of the activations with the rows of <c>real</c>.</summary>
    public double[] ExactProducts()
    {
        using var source = Open(Type);
        return Read<double>(source, "dot_exact_f64");
    }

    /// <summary>A matrix that all types share: its rows, and their length.</summary>
    public static (float[] Numbers, int Columns) Input(string name)
    {
        using var source = Open("inputs");
        return (Read<float>(source, name), (int)source.Find(name)!.Shape[^1]);
    }

    /// <summary>The activations in blocks of the reference's type Q8_0.</summary>
    public static byte[] EncodedActivations()
    {
        using var source = Open("activations");
        return Read<byte>(source, "Q8_0.bytes");
    }

    public override string ToString() => Type;

    private static SafeTensorsWeightSource Open(string name) => SafeTensorsWeightSource.Open(PathOf($"{name}.safetensors"));

    private static T[] Read<T>(SafeTensorsWeightSource source, string name)
        where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>((source.Find(name) ?? throw new InvalidDataException($"{source.Description} has no {name}")).Data.AsSpan<byte>()).ToArray();

    private static string PathOf(string file) => Corpus.PathOf(Corpus.FormatArea, file);
}
