using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>Every kernel behind guard pages, at tails from 0 to 64, on every tier.</summary>
public class TailTests
{
    // Classes of kernels that have no memory of their own.
    private static readonly Dictionary<string, string> WithoutCase = new()
    {
        [nameof(NoKernel)] = "does nothing",
        [nameof(RowChainKernel)] = "runs other kernels",
        ["EmptyKernel"] = "runs nothing in place of another kernel",
    };

    /// <summary>All cases.</summary>
    public static TheoryData<string> Names => KernelCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_TailsFrom0To64_EqualTheReferenceOnEveryTier(string name) => Leg.Note(name, KernelCases.Digest(name));

    [Fact]
    public void Numbers_OfFunctions_AreNoted() => Leg.Note("functions", FunctionDigest.Of());

    [Fact]
    public void Kernels_AllThatThereAre_HaveACase()
    {
        var kernels = typeof(Kernel).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Kernel)) && !type.IsAbstract).ToList();
        kernels.Count.ShouldBeGreaterThan(40);
        kernels.Where(kernel => !WithoutCase.ContainsKey(kernel.Name) && !KernelCases.Kernels.Contains(kernel)).Select(kernel => kernel.Name)
            .ShouldBeEmpty("a kernel needs a case in Tails");
        WithoutCase.Keys.Except(kernels.Select(kernel => kernel.Name)).ShouldBeEmpty("there is no such kernel any more");
    }

    [Fact]
    public void Formats_AllThatThereAre_HaveCases()
    {
        foreach (var format in BlockFormats.All.Select(entry => entry.Format))
        {
            KernelCases.Names.Select(row => row.Data).ShouldContain($"product with {format}");
        }

    }
}
