using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Every kernel there is, small, at every size of its tail from 0 to 64. Operands, weights and scratch memory end at pages that nobody may touch.</summary>
internal static class KernelCases
{
    private const int Largest = 64;

    private static readonly ConcurrentDictionary<string, Lazy<string>> Digests = new();

    private static readonly Dictionary<string, KernelCase> All = new[]
    {
        ElementwiseCases.All, NormCases.All, ReduceCases.All, RopeCases.All, RoutingCases.All, RecurrentCases.All, AttentionCases.All, AttentionGradientCases.All,
        FloatProductCases.All, IntegerProductCases.All,
    }.SelectMany(cases => cases).ToDictionary(entry => entry.Name);

    /// <summary>The names of all cases.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>The classes that have a case.</summary>
    public static IReadOnlySet<Type> Kernels => All.Values.Select(entry => entry.Kernel).ToHashSet();

    /// <summary>Asserts that a case gives the reference's bits on every tier at every size; a digest of those bits. Computed once.</summary>
    public static string Digest(string name) => Digests.GetOrAdd(name, _ => new(() => Run(All[name]))).Value;

    private static string Run(KernelCase entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bound = 0;
        for (var size = 0; size <= Largest; size++)
        {
            foreach (var binding in entry.At(size))
            {
                hash.AppendData(KernelHarness.Bits(KernelHarness.EqualOnAllTiers(binding.Output, (processor, output) => Expect(entry, binding.Bind(processor, output)), entry.Chunks)));
                bound++;
            }
        }

        bound.ShouldBeGreaterThanOrEqualTo(Largest, entry.Name);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static Kernel Expect(KernelCase entry, Kernel kernel)
    {
        var type = kernel.GetType();
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).ShouldBe(entry.Kernel, entry.Name);
        return kernel;
    }
}
