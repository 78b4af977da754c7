using Sequitur.Tensors;

namespace Sequitur.Models;

/// <summary>The named inputs of a phase.</summary>
public sealed class Inputs(ForwardContext context)
{
    /// <summary>The dimension of the rows whose logits are wanted.</summary>
    public const string OutputRowsDimension = "outputs";

    /// <summary>The phase's token ids, <c>ids [tokens]</c> (<c>source_ids [source_tokens]</c> for the rows of that name).</summary>
    public Tensor Ids => PerRow(context.Rows.Name == "tokens" ? "ids" : $"{context.Rows.Name.Split('_')[0]}_ids");

    /// <summary>Position of each row in its sequence.</summary>
    public Tensor Positions => context.Rows.Position;

    /// <summary>Numbers of the rows whose outputs are wanted, <c>output_rows [outputs]</c>.</summary>
    public Tensor OutputRows => context.Graph.IntegerInput("output_rows", new Shape(OutputRowsDimension));

    /// <summary>An integer for each row, by name (<c>token_type_ids</c>).</summary>
    public Tensor PerRow(string name) => context.Graph.IntegerInput(name, new Shape(context.Rows.Name));
}

/// <summary>The named outputs of a phase.</summary>
public sealed class Outputs : Dictionary<string, Tensor>
{
    /// <summary>Logits <c>[outputs, vocabulary]</c>.</summary>
    public const string Logits = "logits";
}
