using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>The loss: the mean cross-entropy over the labels that count.</summary>
internal sealed class LossPart() : Part("loss")
{
    private const string Tensor = "loss";

    public override bool Reads(string tensor) => tensor == Tensor;

    public override void Check(CaseModel model, Comparison comparison)
    {
        RequireCrossEntropy(model.Case);
        var graph = model.TraceLoss();
        foreach (var values in Executors.Run(graph, model.LossInputs(graph), [Tensor]))
        {
            comparison.Compare(values.Executor, model.Expected.Floats(Tensor), values.Floats(Tensor));
        }
    }

    /// <summary>Cases whose loss is another one say so; decoders all have this one.</summary>
    /// <exception cref="NotSupportedException">It is another loss.</exception>
    public static void RequireCrossEntropy(ModelCase model)
    {
        var kind = model.Description.GetString("loss", "mean cross-entropy over the labels");
        if (!kind.StartsWith("mean cross-entropy", StringComparison.Ordinal) || kind.Contains("[t+1]", StringComparison.Ordinal))
        {
            throw new NotSupportedException($"the loss of {model} is not compared yet: {kind}");
        }
    }
}
