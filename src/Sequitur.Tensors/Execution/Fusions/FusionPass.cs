namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>Rewrites a lowered graph with the rules that are switched on, and leaves out what nobody reads.</summary>
public sealed class FusionPass
{
    private readonly Dictionary<Tensor, Tensor> _map = [];
    private readonly Dictionary<Tensor, int> _readers = [];
    private readonly HashSet<Tensor> _kept = [];
    private readonly Dictionary<string, int> _fired = [];

    private FusionPass()
    {
    }

    /// <summary>The fused graph.</summary>
    public Graph Target { get; private set; } = new();

    /// <summary>How often each rule fired.</summary>
    public IReadOnlyDictionary<string, int> Fired => _fired;

    /// <summary>Fuses a graph.</summary>
    /// <param name="source">A lowered graph.</param>
    /// <param name="keep">Names of values that must stay visible.</param>
    /// <param name="isOn">Whether a rule, by its name, is switched on.</param>
    public static FusionPass Fuse(Graph source, IReadOnlyCollection<string> keep, Func<string, bool> isOn)
    {
        var pass = new FusionPass();
        var rules = FusionRules.All.Where(rule => isOn(rule.Name)).ToArray();
        var live = Live(source, keep);
        var readers = new Dictionary<Tensor, int>();
        foreach (var input in source.Nodes.Where(live.Contains).SelectMany(node => node.Inputs))
        {
            readers[input] = readers.GetValueOrDefault(input) + 1;
        }

        var kept = source.Outputs.Values.Concat(keep.Select(source.Value)).ToHashSet();
        foreach (var node in source.Nodes.Where(live.Contains))
        {
            pass.Rewrite(node, rules, readers, kept);
        }

        pass.Finish(source, keep);
        return pass;
    }

    /// <summary>Whether a value has one reader, is no output and is not traced: it may disappear into a fused operation.</summary>
    public bool IsHidden(Tensor tensor) => !_kept.Contains(tensor) && _readers.GetValueOrDefault(tensor) == 1;

    private void Rewrite(Node node, RegisteredRule[] rules, Dictionary<Tensor, int> readers, HashSet<Tensor> kept)
    {
        var op = node.Op;
        IReadOnlyList<Tensor> inputs = _map.Of(node.Inputs);
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Rule.TryFuse(this, op, inputs) is { } fused)
            {
                (op, inputs) = (fused.Op, fused.Inputs);
                _fired[rules[i].Name] = _fired.GetValueOrDefault(rules[i].Name) + 1;
                i = -1;
            }
        }

        var outputs = op switch
        {
            Ops.InputValue input => [Target.Input(input.InputName, node.Outputs[0].Shape, node.Outputs[0].Type)],
            Ops.ParameterValue parameter => [Target.Parameter(parameter.Parameter)],
            _ => Target.Add(op, inputs).Outputs,
        };
        for (var i = 0; i < node.Outputs.Count; i++)
        {
            _map[node.Outputs[i]] = outputs[i];
            outputs[i].Name ??= node.Outputs[i].Name;
            _readers[outputs[i]] = readers.GetValueOrDefault(node.Outputs[i]);
            if (kept.Contains(node.Outputs[i]))
            {
                _kept.Add(outputs[i]);
            }
        }
    }

    // Producers that were fused into their reader are still in the target; a second copy holds only what is read.
    private void Finish(Graph source, IReadOnlyCollection<string> keep)
    {
        foreach (var (name, tensor) in source.Outputs)
        {
            Target.Output(name, _map[tensor]);
        }

        foreach (var name in keep.Where(name => !source.Outputs.ContainsKey(name)))
        {
            Target.Output(name, _map[source.Value(name)]);
        }

        Target = Compact(Target);
    }

    private static Graph Compact(Graph graph)
    {
        var live = Live(graph, []);
        var compact = new Graph();
        var map = new Dictionary<Tensor, Tensor>();
        foreach (var node in graph.Nodes.Where(live.Contains))
        {
            IReadOnlyList<Tensor> outputs = node.Op switch
            {
                Ops.InputValue input => [compact.Input(input.InputName, node.Outputs[0].Shape, node.Outputs[0].Type)],
                Ops.ParameterValue parameter => [compact.Parameter(parameter.Parameter)],
                _ => compact.Add(node.Op, map.Of(node.Inputs)).Outputs,
            };
            for (var i = 0; i < outputs.Count; i++)
            {
                map[node.Outputs[i]] = outputs[i];
                outputs[i].Name ??= node.Outputs[i].Name;
            }
        }

        foreach (var (name, tensor) in graph.Outputs)
        {
            compact.Output(name, map[tensor]);
        }

        return compact;
    }

    private static HashSet<Node> Live(Graph graph, IReadOnlyCollection<string> keep)
    {
        var live = new HashSet<Node>();
        var open = new Stack<Node>(graph.Outputs.Values.Concat(keep.Select(graph.Value)).Select(t => t.Node)
            .Concat(graph.Nodes.Where(n => n.Outputs.Any(t => t.IsEffect))));
        while (open.TryPop(out var node))
        {
            if (live.Add(node))
            {
                foreach (var input in node.Inputs)
                {
                    open.Push(input.Node);
                }
            }
        }

        return live;
    }
}
