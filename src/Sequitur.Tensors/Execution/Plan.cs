using Sequitur.Kernels;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution.Fusions;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// A lowered graph made ready to run any number of times, for any number of rows up to a capacity, without allocating: fused, its nodes
/// grouped into phases, its buffers placed by lifetime, its kernels chosen by processor. Not to be run by two threads at once.
/// </summary>
public sealed class Plan
{
    // Rows that get a program of their own: one token, a few (verification, small batches), many.
    private static readonly long[] VariantRows = [1, 14, long.MaxValue];

    // Runs of few rows (tokens decoded) behind a prompt until the memory that only prompts need is given back: often another follows at once.
    private const int RunsBeforeGivingBack = 32;

    private readonly PlanLayout _layout;
    private readonly PlanOptions _options;
    private readonly StepProgram[] _variants;
    private readonly RunSizes _sizes;
    private readonly int _variantSymbol;
    private readonly int[] _variantOfRows;
    private int _runsOfFew;

    private Plan(PlanLayout layout, PlanOptions options, FusionPass fusion)
    {
        _layout = layout;
        _options = options;
        Fired = fusion.Fired;
        Graph = fusion.Target;
        _sizes = new RunSizes(layout.Symbols.Count);
        _variantSymbol = VariantSymbol(layout.Symbols) is { } symbol ? layout.SymbolIndex(symbol) : -1;
        _variants = Array.ConvertAll(VariantRows, rows => new StepProgram(layout.Bind(options, rows), options.CountItems));
        _variantOfRows = new int[(int)VariantRows[^2] + 2];
        for (var rows = 0; rows < _variantOfRows.Length; rows++)
        {
            _variantOfRows[rows] = Array.FindIndex(VariantRows, most => rows <= most);
        }

        options.Weights?.Pack(options.Pool);
    }

    /// <summary>The fused graph.</summary>
    public Graph Graph { get; }

    /// <summary>How often each fusion rule fired.</summary>
    public IReadOnlyDictionary<string, int> Fired { get; }

    /// <summary>Bytes of all buffers.</summary>
    public long Bytes => _layout.Bytes;

    /// <summary>The programs, for one row, a few and many.</summary>
    public IReadOnlyList<StepProgram> Variants => _variants;

    /// <summary>Sizes of the last run.</summary>
    public RunSizes Sizes => _sizes;

    /// <summary>Builds a plan.</summary>
    /// <exception cref="ArgumentException">A capacity is missing.</exception>
    /// <exception cref="CapacityException">The buffers need more memory than the machine has.</exception>
    /// <exception cref="NotSupportedException">An operation has no kernel for what the graph asks.</exception>
    public static Plan Build(Graph lowered, PlanOptions options)
    {
        var fusion = Fuse(lowered, options.Keep, options.WithoutFusions);
        return new Plan(PlanLayout.Create(fusion.Target, options.Capacity, FewRowsOf(fusion.Target)), options, fusion);
    }

    /// <summary>Bytes of the buffers that a plan would take, without building it.</summary>
    /// <param name="lowered">The graph.</param>
    /// <param name="capacity">The most that each unknown may be.</param>
    /// <param name="withoutFusions">Names of fusion rules that are switched off; <c>*</c> switches off all.</param>
    /// <exception cref="ArgumentException">A capacity is missing.</exception>
    public static long BufferBytes(Graph lowered, IReadOnlyDictionary<string, long> capacity, IReadOnlyCollection<string> withoutFusions)
    {
        var fused = Fuse(lowered, [], withoutFusions).Target;
        return PlanLayout.Measure(fused, capacity, FewRowsOf(fused));
    }

    /// <summary>Whether the plan reads an input of that name.</summary>
    public bool HasInput(string name) => Graph.Inputs.ContainsKey(name);

    /// <summary>Memory of an input, to be filled before a run: row after row.</summary>
    public Region Input(string name) => _layout.Value(Graph.Inputs.TryGetValue(name, out var tensor)
        ? tensor
        : throw new ArgumentException($"the plan has no input {name}")).Operand.Memory;

    /// <summary>Memory of an output or kept value, valid until the next run.</summary>
    public Operand Output(string name) => _layout.Value(Graph.Outputs.TryGetValue(name, out var tensor)
        ? tensor
        : throw new ArgumentException($"the plan has no output {name}")).Operand;

    /// <summary>Sets how large an unknown is in the next run; unknowns that the graph does not have are ignored.</summary>
    /// <exception cref="CapacityException">The plan was built for less.</exception>
    public void SetSize(string symbol, long size)
    {
        if (size > _options.Capacity.GetValueOrDefault(symbol, long.MaxValue))
        {
            throw new CapacityException($"the plan was built for {_options.Capacity[symbol]} {symbol}, not for {size}");
        }

        var index = _layout.SymbolIndex(symbol);
        if (index >= 0)
        {
            _sizes[index] = size;
        }
    }

    /// <summary>Runs once with the inputs and sizes that were set.</summary>
    public void Run()
    {
        var variant = Variant();
        _runsOfFew = variant == _variants[^1] ? 0 : _runsOfFew + 1;
        if (_runsOfFew == RunsBeforeGivingBack)
        {
            _layout.ForgetMany();
        }

        variant.Run(_options.Pool, _sizes);
    }

    /// <summary>The program that the next run takes.</summary>
    public StepProgram Variant()
    {
        var rows = _variantSymbol < 0 ? long.MaxValue : _sizes[_variantSymbol];
        return _variants[_variantOfRows[Math.Min(rows, _variantOfRows.Length - 1)]];
    }

    /// <summary>Sets inputs and sizes, and runs once. (Allocates; loops fill <see cref="Input"/> themselves.)</summary>
    public void Run(RunInputs inputs)
    {
        foreach (var (symbol, size) in inputs.Sizes)
        {
            SetSize(symbol, size);
        }

        foreach (var (name, values) in inputs.Values.Where(v => HasInput(v.Key)))
        {
            OperandCopy.Fill(Input(name), values);
        }

        Run();
    }

    /// <summary>A copy of an output's float32 numbers of the last run.</summary>
    public float[] Floats(string name) => Copy<float>(name, ElementType.F32);

    /// <summary>A copy of an output's integers of the last run.</summary>
    public int[] Integers(string name) => Copy<int>(name, ElementType.I32);

    private static FusionPass Fuse(Graph lowered, IReadOnlyCollection<string> keep, IReadOnlyCollection<string> without)
    {
        var all = without.Contains("*");
        return FusionPass.Fuse(lowered, keep, rule => !all && !without.Contains(rule));
    }

    private static FewRows FewRowsOf(Graph graph) => new(VariantSymbol(graph.Symbols), VariantRows[^2]);

    // The unknown whose size decides which program a run takes.
    private static string? VariantSymbol(IReadOnlyList<string> symbols) => symbols.Contains("tokens") ? "tokens" : symbols.FirstOrDefault();

    private T[] Copy<T>(string name, ElementType type)
        where T : unmanaged
    {
        var output = Output(name);
        return output.Type == type
            ? OperandCopy.ToArray<T>(output, output.Rows.In(_sizes))
            : throw new ArgumentException($"{name} is {output.Type}, not {type}");
    }
}
