using Sequitur.Kernels.Formats;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Random weights whose matrices are stored in formats that alternate within each layer, those of experts' three projections too.</summary>
internal sealed class MixedWeights(ulong seed) : WeightProvider
{
    private readonly RandomWeights[] _formats = [.. ((string[])["Q8_0", "Q4_1", "F16", "Q4_0", "Q5_1", "BF16", "Q5_0"]).Select(BlockFormats.Find).OfType<BlockFormat>().Select(f => new RandomWeights(seed, f))];
    private int _matrices;

    public override bool Contains(string name) => true;

    public override Parameter Get(WeightRequest request) => _formats[request.Shape.Rank == 1 ? 0 : _matrices++ % _formats.Length].Get(request);
}
