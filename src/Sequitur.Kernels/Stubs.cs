#pragma warning disable
using Sequitur.Kernels; using Sequitur.Kernels.Programs; using Sequitur.Kernels.Memory; using Sequitur.Kernels.Formats;
namespace Sequitur.Kernels.Programs { public abstract class StubK : Kernel { public override long Items(RunSizes s)=>0; public override void Run(RunSizes s,long a,long b,Worker w){} } }
namespace Sequitur.Kernels.Elementwise {
 public abstract class UnaryFunction { public string Name=>""; public Kernel Bind(Processor p, Operand x, Operand y)=>null!; public Kernel BindGradient(Processor p, Operand x, Operand dy, Operand dx)=>null!; }
 public abstract class BinaryFunction { public string Name=>""; public Kernel Bind(Processor p, Operand a, Operand b, Operand y)=>null!; }
 public static class Unary { public static UnaryFunction Silu=>null!; public static UnaryFunction Gelu=>null!; public static UnaryFunction GeluTanh=>null!; public static UnaryFunction QuickGelu=>null!; public static UnaryFunction Relu=>null!; public static UnaryFunction SquaredRelu=>null!; public static UnaryFunction Sigmoid=>null!; public static UnaryFunction Tanh=>null!; public static UnaryFunction Exp=>null!; public static UnaryFunction Scale(float f)=>null!; public static UnaryFunction SoftCap(float f)=>null!; public static UnaryFunction AddConstant(float f)=>null!; }
 public static class Binary { public static BinaryFunction Add=>null!; public static BinaryFunction Subtract=>null!; public static BinaryFunction Multiply=>null!; public static BinaryFunction Divide=>null!; }
}
namespace Sequitur.Kernels.Norm {
 public sealed class RmsNormKernel(Processor p, Operand x, Operand w, Operand y, int width, float e, float o):StubK{}
 public sealed class RmsNormGradientKernel(Processor p, Operand x, Operand weight, Operand dy, Operand dx, int width, float epsilon, float offset):StubK{}
 public sealed class RmsNormWeightGradientKernel(Processor p, Operand x, Operand dy, Operand dweight, int width, float epsilon):StubK{}
 public sealed class LayerNormKernel(Processor p, Operand x, Operand w, Operand b, Operand y, int width, float e):StubK{}
 public sealed class LayerNormGradientKernel(Processor p, Operand x, Operand weight, Operand dy, Operand dx, int width, float epsilon):StubK{}
 public sealed class LayerNormWeightGradientKernel(Processor p, Operand x, Operand dy, Operand dweight, int width, float epsilon):StubK{}
}
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
