using Sequitur.Kernels;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Weights;

/// <summary>
/// A weight of a model: its name in the checkpoint, its logical shape and where its numbers are. The format is a property of the parameter; nothing in a model depends on it.
/// </summary>
public sealed class Parameter
{
    private readonly Lock _lock = new();
    private NativeBuffer? _dense;

    /// <summary>Creates a parameter.</summary>
    /// <param name="name">The checkpoint's own name.</param>
    /// <param name="shape">Logical shape: <c>[rows, columns]</c> of a matrix (outputs × inputs), <c>[n]</c> of a vector.</param>
    /// <param name="weight">The numbers; a vector is one row.</param>
    /// <param name="storedShape">Shape in the file where it differs (Conv1D stores <c>[inputs, outputs]</c>).</param>
    public Parameter(string name, Shape shape, Weight weight, IReadOnlyList<long>? storedShape = null)
    {
        if (weight.Rows != shape.Rows.Factor || weight.Columns != shape.Columns)
        {
            throw new ArgumentException($"{name} is {shape}, its numbers are [{weight.Rows}, {weight.Columns}]");
        }

        Name = name;
        Shape = shape;
        Weight = weight;
        StoredShape = storedShape ?? Array.ConvertAll(shape.Dimensions.ToArray(), dimension => dimension.Factor);
    }

    /// <summary>The checkpoint's own name.</summary>
    public string Name { get; }

    /// <summary>Logical shape.</summary>
    public Shape Shape { get; }

    /// <summary>The numbers, in their format.</summary>
    public Weight Weight { get; }

    /// <summary>How often the numbers have changed: what was made of an older version is stale.</summary>
    public int Version { get; private set; }

    /// <summary>Shape in the file.</summary>
    public IReadOnlyList<long> StoredShape { get; }

    /// <summary>Whether the file stores the transposed matrix.</summary>
    public bool IsStoredTransposed => Weight.Transposed;

    /// <summary>Says that the numbers have changed.</summary>
    public void Touch()
    {
        lock (_lock)
        {
            Version++;
            _dense = null;
        }
    }

    /// <summary>All numbers as float32 rows; decoded once, then kept. For vectors and other small weights that kernels read directly.</summary>
    public Operand Dense()
    {
        lock (_lock)
        {
            if (_dense is null)
            {
                var dense = new NativeBuffer(checked(Weight.Rows * Weight.Columns * sizeof(float)));
                for (var row = 0L; row < Weight.Rows; row++)
                {
                    Weight.DecodeRow(row, dense.Region.Slice(row * Weight.Columns * sizeof(float), (long)Weight.Columns * sizeof(float)).AsSpan<float>());
                }

                _dense = dense;
            }

            return new Operand(_dense.Region, Extent.Constant(Weight.Rows), Weight.Columns, ElementType.F32);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Weight.Format.Name} {Shape}";
}
