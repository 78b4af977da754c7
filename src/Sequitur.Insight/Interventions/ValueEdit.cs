using System.Globalization;
using System.Security.Cryptography;
using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>Changes a named value of the graph: everything that reads it reads the changed one, and its name means the changed one.</summary>
/// <param name="name">The value's name.</param>
/// <param name="edit">What is changed.</param>
public sealed class ValueEdit(string name, RowEdit edit) : GraphRewrite
{
    /// <summary>The value's name.</summary>
    public string Name => name;

    /// <inheritdoc/>
    public override string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}[{edit.FirstColumn}+{edit.Columns}]@{(edit.Positions is null ? "all" : string.Join(',', edit.Positions))} * {edit.Scale:R} + {Digest()}");

    /// <inheritdoc/>
    /// <exception cref="UsageException">The value does not exist, or the change does not fit it.</exception>
    public override Graph Apply(Graph source)
    {
        var target = source.Value(name);
        Check(target);
        return GraphCopy.Of(source, value: (copy, original, copied) => original != target ? copied
            : copy.Target.Add(new EditRows(edit), edit.Positions is null ? [copied] : [copied, Ragged.In(copy.Target, "tokens").Position]).Outputs[0]);
    }

    private void Check(Tensor target)
    {
        if (target.Type != Kernels.ElementType.F32 || target.IsEffect || target.Node.Op is InputValue or ParameterValue)
        {
            throw new UsageException($"'{name}' is {target} and cannot be changed: only computed numbers can");
        }

        if (edit.Positions is not null && target.Shape.Rows != "tokens")
        {
            throw new UsageException($"'{name}' is {target.Shape} and has no row for each position: change it at all positions");
        }

        try
        {
            edit.Check(target.Shape.Columns);
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"the change does not fit '{name}' {target.Shape}: {problem.Message}", problem);
        }
    }

    // Plans are shared by description, so it must tell vectors apart.
    private string Digest()
    {
        if (edit.Addend is null)
        {
            return "0";
        }

        var bytes = new byte[edit.Addend.Length * sizeof(float)];
        Buffer.BlockCopy(edit.Addend, 0, bytes, 0, bytes.Length);
        return Convert.ToHexString(SHA256.HashData(bytes));
    }
}
