using System.Collections.Concurrent;
using Sequitur.Kernels;
using Sequitur.Models;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>A generated model and the numerical choices of its runs: all that may change a bit.</summary>
/// <param name="Family">Which model.</param>
/// <param name="Weights">How its matrices are stored.</param>
/// <param name="Cache">How keys and values are kept.</param>
/// <param name="Integer">Whether quantized products are done in integers.</param>
internal sealed record Variant(string Family, string Weights, ElementType Cache, bool Integer)
{
    private static readonly ConcurrentDictionary<(string, string), Lazy<Model>> Models = new();

    // Not every combination, but every pair of choices that meet in a kernel.
    private static readonly Dictionary<string, Variant> All = new Variant[]
    {
        new("llama", "F32", ElementType.F32, false),
        new("llama", "Q4_1", ElementType.F16, true),
        new("llama", "Q8_0", ElementType.F32, true),
        new("llama", Families.Mixed, ElementType.F16, true),
        new("llama-deep", Families.Mixed, ElementType.F16, true),
        new("mixtral", Families.Mixed, ElementType.F16, true),
        new("mixtral", "F32", ElementType.F32, false),
        new("llama-bias", "Q8_0", ElementType.F16, true),
        new("llama-bias", "Q4_1", ElementType.F32, false),
        new("llama-bias", "F16", ElementType.F16, false),
        new("gemma2", "Q4_1", ElementType.F16, true),
        new("gemma2", "F32", ElementType.F32, false),
        new("gpt2", "Q8_0", ElementType.F16, true),
        new("gpt2", "F32", ElementType.F32, false),
        new("deepseek", "Q8_0", ElementType.F16, true),
        new("deepseek", "F32", ElementType.F32, false),
        new("deepseek-deep", "Q4_1", ElementType.F32, true),
        new("llama", "Q4_1", ElementType.Q8_0, true),
        new("mixtral", "F32", ElementType.Q8_0, false),
        new("gemma2", "Q8_0", ElementType.Q8_0, true),
        new("deepseek", "Q4_1", ElementType.Q8_0, true),
        new("rwkv", "Q4_1", ElementType.F32, true),
    }.ToDictionary(v => v.ToString());

    /// <summary>A model whose sequences differ by more than their tokens: only the engine knows how long each may become.</summary>
    public static Variant Dynamic { get; } = new("llama-dynamic", "F32", ElementType.F16, false);

    /// <summary>Around a token, a page, a span, and beyond two spans.</summary>
    public static IReadOnlyList<int> Lengths { get; } = [1, 63, 64, 65, 255, 256, 257, 513, 700];

    /// <summary>All variants, by name.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>All variants at all lengths.</summary>
    public static TheoryData<string, int> EachLength => [.. All.Keys.SelectMany(name => Lengths.Select(length => (name, length)))];

    /// <summary>Those with a float32 cache, at all lengths.</summary>
    public static TheoryData<string, int> Float32Caches =>
        [.. All.Where(v => v.Value.Cache == ElementType.F32).SelectMany(v => Lengths.Select(length => (v.Key, length)))];

    /// <summary>Those that keep keys (recurrent states are kept as float32 whatever the cache), at all lengths.</summary>
    public static TheoryData<string, int> KeepingKeys =>
        [.. All.Where(v => v.Value.Family != "rwkv").SelectMany(v => Lengths.Select(length => (v.Key, length)))];

    /// <summary>Those with a cache of bytes, at all lengths.</summary>
    public static TheoryData<string, int> ByteCaches =>
        [.. All.Where(v => v.Value.Cache == ElementType.Q8_0).SelectMany(v => Lengths.Select(length => (v.Key, length)))];

    /// <summary>The model; every use shares one.</summary>
    public Model Model => Models.GetOrAdd((Family, Weights), key => new(() => Families.Create(key.Item1, key.Item2))).Value;

    /// <summary>The variant of a name.</summary>
    public static Variant Of(string name) => name == Dynamic.ToString() ? Dynamic : All[name];

    public override string ToString() => $"{Family} {Weights}, {Cache} cache{(Integer ? ", integer" : "")}";

    /// <summary>Some tokens: the same for every length, as far as they go.</summary>
    public static int[] Tokens(int length, int seed = 1) =>
        [.. Enumerable.Range(0, length).Select(i => (int)(((uint)((i + 1) * 2654435761L * seed) >> 8) % Families.Vocabulary))];
}
