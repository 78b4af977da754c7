using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Weights;

/// <summary>A tensor as a file stores it: bytes whose meaning the format names. Reading it converts nothing.</summary>
/// <param name="Name">The checkpoint's own name.</param>
/// <param name="Format">How numbers are stored: <c>F32</c>, <c>F16</c>, <c>BF16</c>, <c>Q4_1</c>, <c>I64</c> …, spelled as ggml and safetensors do; not every format can be computed with.</param>
/// <param name="Shape">Sizes, outermost first: <c>[rows, columns]</c>, row after row in memory; empty for a single number. GGUF lists them in the opposite order.</param>
/// <param name="Planes">The parts it is stored in: one, named <see cref="Plane.DataName"/>, for formats that keep everything in one place.</param>
public sealed record StoredTensor(string Name, string Format, IReadOnlyList<long> Shape, IReadOnlyList<Plane> Planes)
{
    /// <summary>The only plane of a format that has one.</summary>
    /// <exception cref="InvalidOperationException">The tensor has several planes.</exception>
    public Region Data => Planes.Count == 1
        ? Planes[0].Data
        : throw new InvalidOperationException($"tensor {Name} of format {Format} is stored in {Planes.Count} planes");

    /// <summary>The bytes of all planes.</summary>
    public Region[] Regions
    {
        get
        {
            var regions = new Region[Planes.Count];
            for (var i = 0; i < regions.Length; i++)
            {
                regions[i] = Planes[i].Data;
            }

            return regions;
        }
    }

    /// <summary>How many numbers the shape holds.</summary>
    public long ElementCount
    {
        get
        {
            var count = 1L;
            foreach (var size in Shape)
            {
                count = checked(count * size);
            }

            return count;
        }
    }

    /// <summary>Format and shape, as in <c>Q4_1 [576, 1536]</c>.</summary>
    public override string ToString() => $"{Name}: {Format} [{string.Join(", ", Shape)}]";
}

/// <summary>One part of a stored tensor: its blocks, or its scales, zero points, a permutation.</summary>
/// <param name="Name">What the part holds, by the format's own word.</param>
/// <param name="Data">The bytes; their address need not be aligned.</param>
public sealed record Plane(string Name, Region Data)
{
    /// <summary>The name of the plane of a format that has only one.</summary>
    public const string DataName = "data";
}
