#pragma warning disable
using Sequitur.Kernels; using Sequitur.Kernels.Programs; using Sequitur.Kernels.Memory; using Sequitur.Kernels.Formats;
namespace Sequitur.Kernels.Programs { public abstract class StubK : Kernel { public override long Items(RunSizes s)=>0; public override void Run(RunSizes s,long a,long b,Worker w){} } }
namespace Sequitur.Kernels.Reduce {
 public sealed class ColumnSumKernel(Processor p, Operand x, Operand y):StubK{}
 public sealed class CopyColumnsKernel(Processor p, Operand x, Operand y, int groups, int from, int to, int count):StubK{}
 public sealed class PadColumnsKernel(Processor p, Operand x, Operand y, int groups, int from, int to, int count):StubK{}
 public sealed class GatherRowsKernel(Processor p, Operand x, Operand i, Operand y):StubK{}
 public sealed class ScatterAddRowsKernel(Processor p, Operand x, Operand i, Operand y):StubK{}
 public sealed class FillKernel(Processor p, Operand y, float v):StubK{}
 public sealed class CrossEntropyKernel(Processor p, Operand x, Operand i, Operand y):StubK{}
 public sealed class CrossEntropyGradientKernel(Processor p, Operand x, Operand i, Operand d, Operand y):StubK{}
}
namespace Sequitur.Kernels.MatMul {
 public sealed class TransposedMatMulKernel(Processor p, Operand x, Weight w, Operand y):StubK{}
 public sealed class WeightGradientKernel(Processor p, Operand x, Operand w, Operand y):StubK{}
 public sealed class EmbeddingGradientKernel(Processor p, Operand x, Operand w, Operand y):StubK{}
}
namespace Sequitur.Kernels.Recurrent { public sealed record StateSlot(Operand pageTable, Region pool, long pageBytes, long slotOffset); }
namespace Sequitur.Kernels.Attention { public sealed class AttentionGradientInputs{} public sealed class AttentionQueryGradientKernel(Processor p, AttentionGradientInputs i, Operand o):StubK{} public sealed class AttentionKeyGradientKernel(Processor p, AttentionGradientInputs i, Operand o, Operand o2):StubK{} }
