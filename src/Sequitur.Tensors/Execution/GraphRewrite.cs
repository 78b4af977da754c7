namespace Sequitur.Tensors.Execution;

/// <summary>
/// A change to a model's graph before it is lowered: an intervention (ablating a head, adding a steering vector), an adapter, a sharding. Models know nothing of it.
/// </summary>
public abstract class GraphRewrite
{
    /// <summary>What it does, in words; two rewrites of equal description share a plan.</summary>
    public abstract string Description { get; }

    /// <summary>The changed graph, with the same inputs and outputs.</summary>
    public abstract Graph Apply(Graph source);
}
