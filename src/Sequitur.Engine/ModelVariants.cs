using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine;

/// <summary>The graphs and plans of one engine: the model as it is, and as requests change it or look into it. All read the same packed weights and caches.</summary>
internal sealed class ModelVariants
{
    // Plans besides the model's own that are kept for the next request.
    private const int MostKept = 8;

    private readonly Graph _source;
    private readonly NumericChoices _choices;
    private readonly PlanOptions _options;
    private readonly Func<Plan, BatchWriter> _write;
    private readonly List<(string Key, ModelVariant Variant)> _kept = [];
    private readonly Lock _lock = new();
    private readonly Graph _lowered;
    private readonly MappedFile[] _files;

    public ModelVariants(Model model, Graph source, EngineOptions options, CacheLayout layout, CacheMemory memory, WorkPool pool, int batchTokens)
    {
        _source = source;
        _choices = new NumericChoices(!options.Float32, layout);
        _options = new PlanOptions
        {
            Capacity = options.Capacity(batchTokens),
            Pool = pool,
            Processor = options.Processor,
            Caches = memory,
            Weights = options.LowMemory ? null : new PackedWeights(),
            WithoutFusions = options.WithoutFusions,
        };
        _write = plan => new BatchWriter(plan, model.RopeSets, layout);

        // Other threads pack meanwhile; one that computes is free until the plan is there.
        _options.Weights?.Begin(Products(_source), options.Threads - 1);
        try
        {
            _files = [.. model.Parameters.SelectMany(parameter => parameter.Weight.Files).Distinct()];
            _lowered = Lowering.Lower(_source, _choices);
            Unchanged = Create(_lowered, []);
            Unchanged.Prepare();
        }
        catch
        {
            _options.Weights?.Abandon();
            throw;
        }
    }

    /// <summary>The model as it is.</summary>
    public ModelVariant Unchanged { get; }

    /// <summary>The model's graph, before lowering.</summary>
    public Graph Source => _source;

    /// <summary>What plans are built for.</summary>
    public PlanOptions Options => _options;

    /// <summary>The numerical choices of all runs.</summary>
    public NumericChoices Choices => _choices;

    /// <summary>The variant that a request wants. Its plan is not built yet if it is new.</summary>
    /// <exception cref="UsageException">A value that is captured or changed does not exist, or a change does not fit.</exception>
    public ModelVariant Of(Request request)
    {
        if (request.Rewrites.Count == 0 && request.Capture.Count == 0)
        {
            return Unchanged;
        }

        lock (_lock)
        {
            var changes = request.Rewrites.Select(rewrite => rewrite.Description);
            var key = string.Join('\n', [.. changes, "", .. request.Capture]);
            var place = _kept.FindIndex(kept => kept.Key == key);
            var found = place >= 0 ? _kept[place] : (key, Create(request));
            if (place >= 0)
            {
                _kept.RemoveAt(place);
            }

            _kept.Add(found); // the last ones are those that were used last
            if (_kept.Count > MostKept)
            {
                _kept.RemoveAt(0);
            }

            return found.Item2;
        }
    }

    /// <summary>
    /// Finds out, before a run, whether the model's files still are what was loaded. Tables of embeddings are always read where they are mapped, with low memory all weights: of a file that was
    /// written over they would be another model's, and of one that was cut short the system would end the process.
    /// </summary>
    /// <exception cref="SequiturException">A file was changed.</exception>
    public void RequireIntact()
    {
        foreach (var file in _files)
        {
            file.RequireIntact();
        }
    }

    // Weights of whole products: whatever they are lowered to, a plan reads them in panels.
    private static IEnumerable<Parameter> Products(Graph graph) => graph.Nodes.Where(node => node.Op is MatMul)
        .Select(node => node.Inputs[1].Node.Op).OfType<ParameterValue>().Select(value => value.Parameter).Distinct();

    private ModelVariant Create(Request request)
    {
        var graph = request.Rewrites.Aggregate(_source, (changed, rewrite) => rewrite.Apply(changed));
        var lowered = graph == _source ? _lowered : Lowering.Lower(graph, _choices);
        var names = new Trace(lowered, _options);
        bool Fits(string name) => CapturedValue.Fits(lowered.Value(name));
        string[] captured =
        [
            .. request.Capture.SelectMany(pattern => names.Match(pattern).Where(name => !pattern.Contains('*', StringComparison.Ordinal) || Fits(name)))
                .Distinct().Order(StringComparer.Ordinal),
        ];
        foreach (var name in captured.Where(name => !Fits(name)))
        {
            throw new UsageException($"the value '{name}' is {lowered.Value(name)}: only values with a row for each token or output can be captured");
        }

        return Create(lowered, captured);
    }

    private ModelVariant Create(Graph lowered, string[] captured) =>
        new(lowered, captured, () => Plan.Build(lowered, _options with { Keep = captured }), _write);
}
