using Sequitur.Engine;
using Sequitur.Kernels;
using Sequitur.Tensors.Caches;

namespace Sequitur.Bench;

/// <summary>What a token of a decode step reads beside weights.</summary>
internal static class TokenBytes
{
    /// <summary>Bytes of all layers' keys and values of a position, of an engine with the default format of its cache.</summary>
    public static long OfCache(InferenceEngine engine)
    {
        var layout = new CacheLayout(engine.Model.Caches, ElementType.F16, engine.Context);
        return layout.Groups.Sum(group => layout.PageBytes(group.Name)) / CacheLayout.PageSize;
    }
}
