namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>All fusion rules, by name.</summary>
public static class FusionRules
{
    /// <summary>The rules, in the order in which they are tried.</summary>
    public static IReadOnlyList<(string Name, FusionRule Rule)> All { get; } =
    [
        ("bias-into-matmul", new BiasIntoMatMul()),
        ("residual-into-matmul", new ResidualIntoMatMul()),
        ("norm-then-encode", new NormThenEncode()),
        ("activation-then-multiply", new ActivationThenMultiply()),
        ("gate-then-encode", new GateThenEncode()),
        ("activation-then-encode", new ActivationThenEncode()),
        ("rope-then-write", new RopeThenWrite()),
    ];
}
