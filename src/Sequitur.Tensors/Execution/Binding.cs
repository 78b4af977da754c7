using Sequitur.Kernels;
using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Recurrent;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors.Execution;

/// <summary>A value with its place in memory.</summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Operand">Where it lies; nothing for effects and for weights that are read in their own format.</param>
/// <param name="Parameter">The weight that it is, if it is one.</param>
public sealed record BoundValue(Shape Shape, Operand Operand, Parameter? Parameter = null);

/// <summary>What an operation sees when it makes its kernel: the processor, and where its inputs and outputs lie.</summary>
public sealed class Binding
{
    private readonly IReadOnlyList<BoundValue> _inputs;
    private readonly IReadOnlyList<BoundValue> _outputs;
    private readonly PackedWeights? _weights;

    internal Binding(Processor processor, IReadOnlyList<BoundValue> inputs, IReadOnlyList<BoundValue> outputs, CacheMemory? caches, long maxRows, PackedWeights? weights = null)
    {
        Processor = processor;
        _inputs = inputs;
        _outputs = outputs;
        Caches = caches;
        MaxRows = maxRows;
        _weights = weights;
    }

    /// <summary>The processor that the kernel is for.</summary>
    public Processor Processor { get; }

    /// <summary>The most rows that the kernel will see: a plan has variants for one row, a few, and many. It may choose how to work by it, never what comes out.</summary>
    public long MaxRows { get; }

    /// <summary>Number of inputs.</summary>
    public int InputCount => _inputs.Count;

    /// <summary>Pages of the caches, where the run has any.</summary>
    public CacheMemory? Caches { get; }

    /// <summary>Whether products read packed weights, not those that are stored.</summary>
    public bool PacksWeights => _weights is not null;

    /// <summary>An optional operand that is not there.</summary>
    public static Operand None => default;

    /// <summary>An input. A weight comes as dense float32 rows.</summary>
    public Operand Input(int index) => _inputs[index].Parameter is { } parameter ? parameter.Dense() : _inputs[index].Operand;

    /// <summary>An input that may be missing.</summary>
    public Operand Optional(int index, bool present) => present ? Input(index) : None;

    /// <summary>The shape of an input.</summary>
    public Shape InputShape(int index) => _inputs[index].Shape;

    /// <summary>An output.</summary>
    public Operand Output(int index = 0) => _outputs[index].Operand;

    /// <summary>A weight in its own format, row by row.</summary>
    public Weight Weight(int index) => Parameter(index).Weight;

    /// <summary>A weight as panels of 16 rows; so many groups of rows (experts) begin a panel of their own. Packed if the run packs weights.</summary>
    public WeightPanels Panels(int index, int groups = 1) =>
        _weights?.Get(Parameter(index), groups) ?? new WeightPanels(Parameter(index).Weight, groups);

    /// <summary>A ragged dimension, whose five tensors are the inputs from <paramref name="first"/> on.</summary>
    public RaggedRows Ragged(int first) => Tensors.Ragged.Bind(index => Input(first + index));

    /// <summary>A slot of keys and values, with the page table in an input.</summary>
    public PagedSlot KeyValueSlot(string name, int pageTable)
    {
        var (memory, slot) = Find(name);
        return new PagedSlot(
            Input(pageTable), memory.Pool(slot.Group.Name), memory.Layout.PageBytes(slot.Group.Name), memory.Layout.Offset(name),
            memory.Layout.Format, slot.KeyHeads, slot.KeyDim, slot.ValueDim, slot.ValuesInKeys, memory.Specials(slot.Group.Name));
    }

    /// <summary>A slot of recurrent state, with the page table in an input.</summary>
    public StateSlot StateSlot(string name, int pageTable)
    {
        var (memory, slot) = Find(name);
        return new StateSlot(Input(pageTable), memory.Pool(slot.Group.Name), memory.Layout.PageBytes(slot.Group.Name), memory.Layout.Offset(name));
    }

    /// <summary>The same place seen by a part of a fused operation.</summary>
    internal Binding Part(IReadOnlyList<BoundValue> inputs, IReadOnlyList<BoundValue> outputs) => new(Processor, inputs, outputs, Caches, MaxRows, _weights);

    internal BoundValue BoundInput(int index) => _inputs[index];

    internal BoundValue BoundOutput(int index) => _outputs[index];

    private Parameter Parameter(int index) => _inputs[index].Parameter ?? throw new ArgumentException($"input {index} is no weight");

    private (CacheMemory Memory, CacheSlot Slot) Find(string name)
    {
        var memory = Caches ?? throw new InvalidOperationException($"slot {name} is read, but the run has no caches");
        return (memory, memory.Layout.Slot(name));
    }
}
