using System.Globalization;
using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Weights;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>The gradient of the loss with respect to every stored weight, in the weight's stored shape.</summary>
internal sealed class GradientsPart() : Part("gradients")
{
    private const string Prefix = "grad.";

    public override bool MayBeMissing => true;

    public override bool Reads(string tensor) => tensor.StartsWith(Prefix, StringComparison.Ordinal);

    public override void Check(CaseModel model, Comparison comparison)
    {
        LossPart.RequireCrossEntropy(model.Case);
        var graph = model.TraceLoss();
        var gradients = Gradient.Append(graph, graph.Outputs["loss"], model.Model.Parameters);
        foreach (var (parameter, tensor) in gradients)
        {
            graph.Output(Prefix + parameter.Name, tensor);
        }

        foreach (var values in Executors.Run(graph, model.LossInputs(graph), []))
        {
            var seen = new HashSet<string>();
            foreach (var parameter in model.Model.Parameters)
            {
                foreach (var (name, gradient) in AsStored(parameter, gradients.ContainsKey(parameter) ? values.Floats(Prefix + parameter.Name) : Zeros(parameter)))
                {
                    if (model.Expected.Has(Prefix + name))
                    {
                        seen.Add(Prefix + name);
                        comparison.Compare(values.Executor, model.Expected.Floats(Prefix + name), gradient);
                    }
                }
            }

            var missing = model.Expected.Names.Where(Reads).Except(seen).ToArray();
            comparison.Demand(missing.Length == 0, $"no weight of the model has the gradients {string.Join(", ", missing)}");
        }
    }

    private static float[] Zeros(Parameter parameter) => new float[parameter.Shape.Rows.Factor * parameter.Shape.Columns];

    // Stacked experts are tensors of their own in the file; some matrices are stored transposed.
    private static IEnumerable<(string Name, float[] Gradient)> AsStored(Parameter parameter, float[] gradient)
    {
        if (!parameter.Name.Contains("{0}", StringComparison.Ordinal))
        {
            yield return (parameter.Name, Oriented(parameter, gradient, (int)parameter.Shape.Rows.Factor));
            yield break;
        }

        var experts = (int)parameter.StoredShape[0];
        var size = gradient.Length / experts;
        for (var expert = 0; expert < experts; expert++)
        {
            var name = string.Format(CultureInfo.InvariantCulture, parameter.Name, expert);
            yield return (name, Oriented(parameter, gradient[(expert * size)..((expert + 1) * size)], (int)parameter.Shape.Rows.Factor / experts));
        }
    }

    private static float[] Oriented(Parameter parameter, float[] gradient, int rows)
    {
        if (!parameter.IsStoredTransposed)
        {
            return gradient;
        }

        var columns = parameter.Shape.Columns;
        var transposed = new float[gradient.Length];
        for (var i = 0; i < gradient.Length; i++)
        {
            transposed[(i % columns * rows) + (i / columns)] = gradient[i];
        }

        return transposed;
    }
}
