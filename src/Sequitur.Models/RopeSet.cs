namespace Sequitur.Models;

/// <summary>
/// A set of rotary frequencies, fixed when a request is admitted: some methods stretch them with the sequence's capacity.
/// </summary>
/// <param name="Name">The set's name: inputs <c>rope.{name}</c> and <c>rope.{name}.scale</c>.</param>
/// <param name="Dim">Columns that are turned: twice the number of frequencies.</param>
/// <param name="Scaling">How frequencies come about.</param>
public sealed record RopeSet(string Name, int Dim, RopeScaling Scaling)
{
    /// <summary>How frequencies come about.</summary>
    public RopeScaling Scaling { get; } = Scaling.For(Dim);

    /// <summary>The frequencies for a sequence of a capacity, and what cosines and sines are multiplied with.</summary>
    public (float[] Frequencies, float Scale) At(long capacity) => Scaling.Frequencies(Dim, capacity);
}
