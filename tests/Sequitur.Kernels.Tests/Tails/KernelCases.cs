using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Every kernel there is, small, at every size of its tail from 0 to 64. Operands, weights and scratch memory end at pages that nobody may touch.</summary>
internal static class KernelCases
{
    /// <summary>The largest size.</summary>
    public const int Largest = 64;

    // What legs with fewer instructions run, and digests are of: around the lanes of every tier.
    private static readonly int[] Few = [0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 64];

    private static readonly ConcurrentDictionary<string, Lazy<string>> Digests = new();

    private static readonly Dictionary<string, KernelCase> All = new[]
    {
        ElementwiseCases.All, NormCases.All, ReduceCases.All, RopeCases.All, RoutingCases.All, RecurrentCases.All, AttentionCases.All, AttentionGradientCases.All,
        FloatProductCases.All, IntegerProductCases.All, MeasureCases.All,
    }.SelectMany(cases => cases).ToDictionary(entry => entry.Name);

    /// <summary>All cases.</summary>
    public static IEnumerable<KernelCase> Entries => All.Values;

    /// <summary>The names of all cases.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>The classes that have a case.</summary>
    public static IReadOnlySet<Type> Kernels => All.Values.Select(entry => entry.Kernel).ToHashSet();

    /// <summary>
    /// Asserts that a case gives the reference's bits on every tier at every size (in a leg: at a few); a digest of the bits at those few. Computed once.
    /// </summary>
    public static string Digest(string name) => Digests.GetOrAdd(name, _ => new(() => Run(All[name]))).Value;

    private static string Run(KernelCase entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sizes = Leg.IsOne ? Few : Enumerable.Range(0, Largest + 1);
        var bound = 0;
        foreach (var size in sizes)
        {
            foreach (var binding in entry.At(size))
            {
                var y = KernelHarness.EqualOnAllTiers(binding.Output, (processor, output) => Expect(entry, binding.Bind(processor, output)), entry.Chunks);
                hash.AppendData(Few.Contains(size) ? KernelHarness.Bits(y) : []);
                bound++;
            }
        }

        bound.ShouldBeGreaterThanOrEqualTo(sizes.Count() - 1, entry.Name);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static Kernel Expect(KernelCase entry, Kernel kernel)
    {
        var type = kernel.GetType();
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).ShouldBe(entry.Kernel, entry.Name);
        return kernel;
    }
}
