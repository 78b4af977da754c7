using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Kernels;
using Sequitur.Models;

namespace Sequitur.Cli.Runs;

/// <summary>Says that a model will be slow because it does not stay in memory. (Without <c>--low-memory</c> such a model is refused.)</summary>
internal static class MemoryWarning
{
    /// <summary>Warns where the weights are read from the file and have more bytes than the memory.</summary>
    public static void Write(Model model, EngineOptions options, TextWriter error)
    {
        var (weights, there) = (model.Parameters.Sum(parameter => parameter.Weight.Bytes), options.MemoryBytes ?? Platform.MemoryBytes);
        if (options.LowMemory && weights > there)
        {
            error.WriteLine($"warning: the weights have {Quantity.Bytes(weights)}, more than the memory of {Quantity.Bytes(there)}: most of them are read from the disk again for every token");
        }
    }
}
