using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Attention;

/// <summary>One query row and head on its way through the spans.</summary>
internal unsafe struct SweptQuery
{
    /// <summary>The query's numbers.</summary>
    public float* Numbers;

    /// <summary>Scores, then weights, of the current span.</summary>
    public float* Weights;

    /// <summary>Values of the current span, summed.</summary>
    public float* SpanResult;

    /// <summary>Values so far.</summary>
    public float* Result;

    public long Row;
    public long Position;
    public int Head;

    /// <summary>Visible keys.</summary>
    public long Low;
    public long High;

    /// <summary>Visible keys of the current span, counted from its start.</summary>
    public int From;
    public int To;

    /// <summary>Largest score and sum of weights: of the current span, and so far.</summary>
    public float SpanMax;
    public float SpanSum;
    public float Max;
    public float Sum;
}

/// <summary>A thread's memory for one sweep of queries over keys.</summary>
internal readonly unsafe struct AttentionScratch
{
    /// <summary>Queries (rows × heads) that share a sweep.</summary>
    public const int Queries = 64;

    private readonly byte* _base;
    private readonly AttentionShape _shape;

    public AttentionScratch(Region memory, AttentionShape shape)
    {
        _base = memory.Address;
        _shape = shape;
        var weights = ValueTile + (KeyValueSource.Tile * (long)shape.PaddedValueDim);
        var spanResults = weights + (Queries * AttentionShape.Span);
        var results = spanResults + ((long)Queries * shape.PaddedValueDim);
        for (var i = 0; i < Queries; i++)
        {
            Swept[i].Weights = weights + (i * AttentionShape.Span);
            Swept[i].SpanResult = spanResults + ((long)i * shape.PaddedValueDim);
            Swept[i].Result = results + ((long)i * shape.PaddedValueDim);
        }
    }

    public SweptQuery* Swept => (SweptQuery*)_base;

    public float* KeyTile => (float*)(_base + SweptBytes);

    public float* ValueTile => KeyTile + (KeyValueSource.Tile * (long)_shape.KeyDim);

    private static long SweptBytes => ((Queries * (long)sizeof(SweptQuery)) + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;

    public static long Bytes(AttentionShape shape) => checked(
        SweptBytes + (sizeof(float) * (
            (KeyValueSource.Tile * ((long)shape.KeyDim + shape.PaddedValueDim))
            + (Queries * (AttentionShape.Span + (2L * shape.PaddedValueDim))))));
}
