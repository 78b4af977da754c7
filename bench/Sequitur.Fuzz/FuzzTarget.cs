using Sequitur.Fuzz.Mutators;

namespace Sequitur.Fuzz;

/// <summary>Registers an <see cref="IFuzzTarget"/>.</summary>
/// <param name="name">What the command line calls it.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FuzzTargetAttribute(string name) : Attribute
{
    /// <summary>What the command line calls it.</summary>
    public string Name => name;
}

/// <summary>A reader of untrusted bytes: one file each.</summary>
public interface IFuzzTarget
{
    /// <summary>How its inputs are damaged.</summary>
    static abstract IMutator Mutator { get; }

    /// <summary>Bytes that it may allocate for any input; <see cref="Judge.BytesPerByte"/> for each byte of the input come on top.</summary>
    static virtual long Allowance => 4 << 20;

    /// <summary>Sound inputs, always the same and in the same order.</summary>
    /// <param name="corpus">The folder of reference data, <c>tests/conformance</c>.</param>
    static abstract IEnumerable<byte[]> Seeds(string corpus);

    /// <summary>Reads an input to its end, or refuses it by an exception that a user may see.</summary>
    static abstract void Read(byte[] input, Scratch scratch);
}

/// <summary>A registered target.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Mutator">How its inputs are damaged.</param>
/// <param name="Allowance">Bytes that it may allocate for any input.</param>
/// <param name="Seeds">Its sound inputs, from the folder of reference data.</param>
/// <param name="Read">Reads an input.</param>
public sealed record FuzzTarget(string Name, IMutator Mutator, long Allowance, Func<string, IEnumerable<byte[]>> Seeds, Action<byte[], Scratch> Read);

/// <summary>All targets.</summary>
[Registry(typeof(FuzzTargetAttribute))]
public static partial class FuzzTargets
{
    /// <summary>The target of that name, or null.</summary>
    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);

    private static FuzzTarget Enter<T>(FuzzTargetAttribute key)
        where T : IFuzzTarget => new(key.Name, T.Mutator, T.Allowance, T.Seeds, T.Read);
}
