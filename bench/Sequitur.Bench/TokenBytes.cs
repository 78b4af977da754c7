using Sequitur.Engine;
using Sequitur.Tensors.Caches;

namespace Sequitur.Bench;

/// <summary>What a token of a decode step reads beside weights.</summary>
internal static class TokenBytes
{
    /// <summary>Bytes of all layers' keys and values of a position.</summary>
    public static long OfCache(InferenceEngine engine)
    {
        var layout = engine.Pages.Memory.Layout;
        return layout.Groups.Sum(group => layout.PageBytes(group.Name)) / CacheLayout.PageSize;
    }
}
