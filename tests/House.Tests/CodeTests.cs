using System.Text.RegularExpressions;

namespace House.Tests;

/// <summary>What may stand where in the code.</summary>
public partial class CodeTests
{
    [GeneratedRegex(@"\bunsafe\b|\bUnsafe\s*\.|\bMemoryMarshal\b|\bDllImport\b|\bLibraryImport\b|\bSystem\.Runtime\.Intrinsics\b|\bVector(64|128|256|512)\b|\bVector\s*<")]
    private static partial Regex MachineCode { get; }

    // The system's mathematics differ between systems; estimates differ between processors; the library's sums have no stated order.
    [GeneratedRegex("""
        \b(Math|MathF|float|double|Half|Single|Double)\s*\.\s*(Exp|Exp2|Exp10|ExpM1|Log|LogP1|Log2|Log10|ILogB|Sin|Cos|Tan|SinCos|Asin|Acos|Atan|Atan2|Sinh|Cosh|Tanh|Asinh|Acosh|Atanh|SinPi|CosPi|Pow|Cbrt|RootN|Hypot)\b
        |\bVector(64|128|256|512)?\s*\.\s*(Sum|Dot|Exp|Log|Log2|Sin|Cos|SinCos|Hypot)\b
        |\bMultiplyAddEstimate\b|\bReciprocalEstimate\b|\bReciprocalSqrtEstimate\b|\bTensorPrimitives\b
        |\bstatic\s+System\.MathF?\b|=\s*System\.MathF?\s*;
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex UnspecifiedArithmetic { get; }

    [GeneratedRegex(@"\bOperatingSystem\s*\.\s*Is|\bRuntimeInformation\b|\bEnvironment\s*\.\s*OSVersion\b")]
    private static partial Regex AsksForSystem { get; }

    [GeneratedRegex(@"\b(DllImport|LibraryImport|NativeLibrary|GetDelegateForFunctionPointer|GetExport)\b")]
    private static partial Regex NativeCall { get; }

    [GeneratedRegex(@"\bnew\s+Thread\b|\bThread\s*\.|\bThreadPool\b|\bTask\s*\.\s*(Run|Factory)\b|\bTaskFactory\b")]
    private static partial Regex Threads { get; }

    [GeneratedRegex(@"\bParallel\s*\.|\bAsParallel\b|\bParallelEnumerable\b")]
    private static partial Regex PoolCompute { get; }

    [GeneratedRegex(@"\b(ElementType|Processor|WorkPool|Worker|StepProgram|F16|F32|BF16|NF4|I?Q\d_\w+|Half|Thread|ThreadPool|Parallel|Task)\b")]
    private static partial Regex HowNotWhat { get; }

    [GeneratedRegex(@"\bNotImplementedException\b")]
    private static partial Regex Stub { get; }

    [Fact]
    public void Unsafe_AndSimd_StandInKernelsOnly() =>
        Tree.CSharp("src").Where(file => !file.IsUnder("src/Sequitur.Kernels")).SelectMany(file => file.Find(MachineCode))
            .ShouldHold("Pointers, vectors, native calls and reinterpretation stand in src/Sequitur.Kernels only.");

    [Fact]
    public void Arithmetic_InSource_IsSpecified() =>
        Tree.CSharp("src").SelectMany(file => file.Find(UnspecifiedArithmetic))
            .ShouldHold("A result never depends on the system's mathematics, on estimates or on sums of unstated order: use Sequitur.Kernels.Numerics.");

    [Fact]
    public void System_IsAskedFor_UnderPlatformOnly() =>
        Tree.CSharp("src").Where(file => !file.IsUnder("src/Sequitur.Kernels/Platform")).SelectMany(file => file.Find(AsksForSystem))
            .ShouldHold("Only src/Sequitur.Kernels/Platform asks which system it runs on.");

    [Fact]
    public void System_IsCalled_UnderPlatformOnly() =>
        Tree.CSharp("src").Where(file => !file.IsUnder("src/Sequitur.Kernels/Platform")).SelectMany(file => file.Find(NativeCall))
            .ShouldHold("Calls of an operating system stand in src/Sequitur.Kernels/Platform, one file a system.");

    [Fact]
    public void Threads_InKernels_StandUnderPrograms() =>
        Tree.CSharp("src/Sequitur.Kernels").Where(file => !file.IsUnder("src/Sequitur.Kernels/Programs")).SelectMany(file => file.Find(Threads))
            .ShouldHold("In Kernels, only Programs/ makes threads.");

    [Fact]
    public void Compute_InSource_IsNeverOnTheThreadPool() =>
        Tree.CSharp("src").SelectMany(file => file.Find(PoolCompute))
            .ShouldHold("Compute runs on the plan's own threads.");

    [Fact]
    public void Models_SayWhat_NotHow() =>
        Tree.CSharp("src/Sequitur.Models").SelectMany(file => file.Find(HowNotWhat))
            .ShouldHold("No number format, processor, thread or cache layout appears in a model.");

    [Fact]
    public void Stubs_InSource_DoNotExist() =>
        Tree.CSharp("src").SelectMany(file => file.Find(Stub))
            .ShouldHold("What is not supported throws an exception that names it and says why.");

    [Theory]
    [InlineData("var x = MathF.Exp(y);")]
    [InlineData("var x = System.Math . Pow(2, y);")]
    [InlineData("var x = double.Log(y);")]
    [InlineData("var x = Vector256.Sum(v);")]
    [InlineData("var x = $\"{Math.Sin(1)}\";")]
    [InlineData("using static System.Math;")]
    [InlineData("using M = System.MathF;")]
    public void Arithmetic_Unspecified_IsSeen(string code) => UnspecifiedArithmetic.IsMatch(Lexer.CodeOf(code)).ShouldBeTrue();

    [Theory]
    [InlineData("var x = MathF.Sqrt(y) + Math.Max(a, b);")]
    [InlineData("var x = Numerics.Exp(y); // not MathF.Exp")]
    [InlineData("var x = BitOperations.Log2(n);")]
    [InlineData("var x = \"Math.Exp\";")]
    public void Arithmetic_Specified_IsLeftAlone(string code) => UnspecifiedArithmetic.IsMatch(Lexer.CodeOf(code)).ShouldBeFalse();

    [Theory]
    [InlineData("new Linear(ElementType.F16)")]
    [InlineData("var f = Formats.Q4_1;")]
    public void Models_ThatSayHow_AreSeen(string code) => HowNotWhat.IsMatch(Lexer.CodeOf(code)).ShouldBeTrue();
}
