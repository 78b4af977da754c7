using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// The inner loops of attention: four queries × two vectors, three × four, or one × four, so that independent chains hide the latency of the multiply-add and all stays in 16
/// registers. Two queries repeat the last one: repeated work gives the same numbers in the same place.
/// </summary>
/// <remarks>
/// Tiles of binary16 are read by few queries, straight from memory: in the course of the loops all of the tile is asked for that is read next, from <c>ahead</c> on. Loops are
/// spelled out: sums that go through references are copied twice a step by the compiler.
/// </remarks>
/// <typeparam name="V">The vector.</typeparam>
/// <typeparam name="T">What keys and values are stored as.</typeparam>
/// <typeparam name="S">How that is read.</typeparam>
internal static unsafe class AttentionTiles<V, T, S>
    where V : struct, ILanes<V>
    where T : unmanaged
    where S : struct, IStored<T>
{
    /// <summary>Keys of one step of <see cref="Scores4"/>.</summary>
    public static int Step4 => 2 * V.Count;

    /// <summary>Keys of one step of <see cref="Scores1"/>.</summary>
    public static int Step1 => 4 * V.Count;

    /// <summary>Scores of four queries and keys [from, to) of a tile: <c>fl(chain(q·k)·scale)</c>; whole steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores4(SweptQuery* q0, SweptQuery* q1, SweptQuery* q2, SweptQuery* q3, T* tile, byte* ahead, int dim, float scale, int offset, int from, int to)
    {
        float* a = q0->Numbers, b = q1->Numbers, c = q2->Numbers, d = q3->Numbers;
        var factor = V.Broadcast(scale);
        for (var key = from; key < to; key += Step4)
        {
            V a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
            var keys = tile + key;
            for (var i = 0; i < dim; i++)
            {
                Ask(ref ahead, Step4);
                var k0 = S.Load<V>(keys);
                var k1 = S.Load<V>(keys + V.Count);
                keys += KeyValueSource.Tile;
                var q = V.Broadcast(a[i]);
                a0 = V.Fma(q, k0, a0);
                a1 = V.Fma(q, k1, a1);
                q = V.Broadcast(b[i]);
                b0 = V.Fma(q, k0, b0);
                b1 = V.Fma(q, k1, b1);
                q = V.Broadcast(c[i]);
                c0 = V.Fma(q, k0, c0);
                c1 = V.Fma(q, k1, c1);
                q = V.Broadcast(d[i]);
                d0 = V.Fma(q, k0, d0);
                d1 = V.Fma(q, k1, d1);
            }

            Store2(q0->Weights + offset + key, a0 * factor, a1 * factor);
            Store2(q1->Weights + offset + key, b0 * factor, b1 * factor);
            Store2(q2->Weights + offset + key, c0 * factor, c1 * factor);
            Store2(q3->Weights + offset + key, d0 * factor, d1 * factor);
        }
    }

    /// <summary>Scores of three queries; see <see cref="Scores4"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores3(SweptQuery* q0, SweptQuery* q1, SweptQuery* q2, T* tile, byte* ahead, int dim, float scale, int offset, int from, int to)
    {
        float* a = q0->Numbers, b = q1->Numbers, c = q2->Numbers;
        var factor = V.Broadcast(scale);
        for (var key = from; key < to; key += Step1)
        {
            V a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            V c0 = default, c1 = default, c2 = default, c3 = default;
            var keys = tile + key;
            for (var i = 0; i < dim; i++)
            {
                Ask(ref ahead, Step1);
                V pa = V.Broadcast(a[i]), pb = V.Broadcast(b[i]), pc = V.Broadcast(c[i]);
                var stored = S.Load<V>(keys);
                a0 = V.Fma(stored, pa, a0);
                b0 = V.Fma(stored, pb, b0);
                c0 = V.Fma(stored, pc, c0);
                stored = S.Load<V>(keys + V.Count);
                a1 = V.Fma(stored, pa, a1);
                b1 = V.Fma(stored, pb, b1);
                c1 = V.Fma(stored, pc, c1);
                stored = S.Load<V>(keys + (2 * V.Count));
                a2 = V.Fma(stored, pa, a2);
                b2 = V.Fma(stored, pb, b2);
                c2 = V.Fma(stored, pc, c2);
                stored = S.Load<V>(keys + (3 * V.Count));
                a3 = V.Fma(stored, pa, a3);
                b3 = V.Fma(stored, pb, b3);
                c3 = V.Fma(stored, pc, c3);
                keys += KeyValueSource.Tile;
            }

            Store4(q0->Weights + offset + key, a0 * factor, a1 * factor, a2 * factor, a3 * factor);
            Store4(q1->Weights + offset + key, b0 * factor, b1 * factor, b2 * factor, b3 * factor);
            Store4(q2->Weights + offset + key, c0 * factor, c1 * factor, c2 * factor, c3 * factor);
        }
    }

    /// <summary>Scores of one query; see <see cref="Scores4"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores1(SweptQuery* query, T* tile, byte* ahead, int dim, float scale, int offset, int from, int to)
    {
        var numbers = query->Numbers;
        var factor = V.Broadcast(scale);
        for (var key = from; key < to; key += Step1)
        {
            V a0 = default, a1 = default, a2 = default, a3 = default;
            var keys = tile + key;
            for (var i = 0; i < dim; i++)
            {
                Ask(ref ahead, Step1);
                var q = V.Broadcast(numbers[i]);
                a0 = V.Fma(q, S.Load<V>(keys), a0);
                a1 = V.Fma(q, S.Load<V>(keys + V.Count), a1);
                a2 = V.Fma(q, S.Load<V>(keys + (2 * V.Count)), a2);
                a3 = V.Fma(q, S.Load<V>(keys + (3 * V.Count)), a3);
                keys += KeyValueSource.Tile;
            }

            Store2(query->Weights + offset + key, a0 * factor, a1 * factor);
            Store2(query->Weights + offset + key + (2 * V.Count), a2 * factor, a3 * factor);
        }
    }

    /// <summary>Adds keys [from, to) of a tile to the span's values of four queries, which see all of them; width in whole groups of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Values4(SweptQuery* q0, SweptQuery* q1, SweptQuery* q2, SweptQuery* q3, T* tile, byte* ahead, long stride, int width, int offset, int from, int to)
    {
        float* a = q0->Weights + offset, b = q1->Weights + offset, c = q2->Weights + offset, d = q3->Weights + offset;
        var column = 0;
        for (; column + Step4 <= width; column += Step4)
        {
            float* r0 = q0->SpanResult + column, r1 = q1->SpanResult + column, r2 = q2->SpanResult + column, r3 = q3->SpanResult + column;
            V a0 = V.Load(r0), a1 = V.Load(r0 + V.Count), b0 = V.Load(r1), b1 = V.Load(r1 + V.Count);
            V c0 = V.Load(r2), c1 = V.Load(r2 + V.Count), d0 = V.Load(r3), d1 = V.Load(r3 + V.Count);
            var values = tile + (from * stride) + column;
            for (var key = from; key < to; key++)
            {
                Ask(ref ahead, Step4);
                var v0 = S.Load<V>(values);
                var v1 = S.Load<V>(values + V.Count);
                values += stride;
                var p = V.Broadcast(a[key]);
                a0 = V.Fma(p, v0, a0);
                a1 = V.Fma(p, v1, a1);
                p = V.Broadcast(b[key]);
                b0 = V.Fma(p, v0, b0);
                b1 = V.Fma(p, v1, b1);
                p = V.Broadcast(c[key]);
                c0 = V.Fma(p, v0, c0);
                c1 = V.Fma(p, v1, c1);
                p = V.Broadcast(d[key]);
                d0 = V.Fma(p, v0, d0);
                d1 = V.Fma(p, v1, d1);
            }

            Store2(r0, a0, a1);
            Store2(r1, b0, b1);
            Store2(r2, c0, c1);
            Store2(r3, d0, d1);
        }

        for (; column < width; column += V.Count)
        {
            Column(q0, a, tile + column, stride, column, from, to);
            ColumnUnless(q0, q1, b, tile + column, stride, column, from, to);
            ColumnUnless(q1, q2, c, tile + column, stride, column, from, to);
            ColumnUnless(q2, q3, d, tile + column, stride, column, from, to);
        }
    }

    /// <summary>Adds keys [from, to) of a tile to the span's values of three queries, which see all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Values3(SweptQuery* q0, SweptQuery* q1, SweptQuery* q2, T* tile, byte* ahead, long stride, int width, int offset, int from, int to)
    {
        float* a = q0->Weights + offset, b = q1->Weights + offset, c = q2->Weights + offset;
        var column = 0;
        for (; column + Step1 <= width; column += Step1)
        {
            float* r0 = q0->SpanResult + column, r1 = q1->SpanResult + column, r2 = q2->SpanResult + column;
            V a0 = V.Load(r0), a1 = V.Load(r0 + V.Count), a2 = V.Load(r0 + (2 * V.Count)), a3 = V.Load(r0 + (3 * V.Count));
            V b0 = V.Load(r1), b1 = V.Load(r1 + V.Count), b2 = V.Load(r1 + (2 * V.Count)), b3 = V.Load(r1 + (3 * V.Count));
            V c0 = V.Load(r2), c1 = V.Load(r2 + V.Count), c2 = V.Load(r2 + (2 * V.Count)), c3 = V.Load(r2 + (3 * V.Count));
            var values = tile + (from * stride) + column;
            for (var key = from; key < to; key++)
            {
                Ask(ref ahead, Step1);
                V pa = V.Broadcast(a[key]), pb = V.Broadcast(b[key]), pc = V.Broadcast(c[key]);
                var stored = S.Load<V>(values);
                a0 = V.Fma(stored, pa, a0);
                b0 = V.Fma(stored, pb, b0);
                c0 = V.Fma(stored, pc, c0);
                stored = S.Load<V>(values + V.Count);
                a1 = V.Fma(stored, pa, a1);
                b1 = V.Fma(stored, pb, b1);
                c1 = V.Fma(stored, pc, c1);
                stored = S.Load<V>(values + (2 * V.Count));
                a2 = V.Fma(stored, pa, a2);
                b2 = V.Fma(stored, pb, b2);
                c2 = V.Fma(stored, pc, c2);
                stored = S.Load<V>(values + (3 * V.Count));
                a3 = V.Fma(stored, pa, a3);
                b3 = V.Fma(stored, pb, b3);
                c3 = V.Fma(stored, pc, c3);
                values += stride;
            }

            Store4(r0, a0, a1, a2, a3);
            Store4(r1, b0, b1, b2, b3);
            Store4(r2, c0, c1, c2, c3);
        }

        for (; column < width; column += V.Count)
        {
            Column(q0, a, tile + column, stride, column, from, to);
            ColumnUnless(q0, q1, b, tile + column, stride, column, from, to);
            ColumnUnless(q1, q2, c, tile + column, stride, column, from, to);
        }
    }

    /// <summary>Adds keys [from, to) of a tile to the span's values of one query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Values1(SweptQuery* query, T* tile, byte* ahead, long stride, int width, int offset, int from, int to)
    {
        var weights = query->Weights + offset;
        var column = 0;
        for (; column + Step1 <= width; column += Step1)
        {
            var result = query->SpanResult + column;
            V a0 = V.Load(result), a1 = V.Load(result + V.Count), a2 = V.Load(result + (2 * V.Count)), a3 = V.Load(result + (3 * V.Count));
            var values = tile + (from * stride) + column;
            for (var key = from; key < to; key++)
            {
                Ask(ref ahead, Step1);
                var p = V.Broadcast(weights[key]);
                a0 = V.Fma(p, S.Load<V>(values), a0);
                a1 = V.Fma(p, S.Load<V>(values + V.Count), a1);
                a2 = V.Fma(p, S.Load<V>(values + (2 * V.Count)), a2);
                a3 = V.Fma(p, S.Load<V>(values + (3 * V.Count)), a3);
                values += stride;
            }

            Store2(result, a0, a1);
            Store2(result + (2 * V.Count), a2, a3);
        }

        for (; column < width; column += V.Count)
        {
            Column(query, weights, tile + column, stride, column, from, to);
        }
    }

    // For the share of a step.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(ref byte* ahead, int numbers)
    {
        if (typeof(T) == typeof(ushort))
        {
            Prefetch.Line(ahead);
            ahead += numbers * sizeof(ushort);
        }
    }

    // Values are added to, so a repeated query must not be added twice where its results are not loaded before they are stored.
    private static void ColumnUnless(SweptQuery* before, SweptQuery* query, float* weights, T* tile, long stride, int column, int from, int to)
    {
        if (before != query)
        {
            Column(query, weights, tile, stride, column, from, to);
        }
    }

    private static void Column(SweptQuery* query, float* weights, T* tile, long stride, int column, int from, int to)
    {
        var sum = V.Load(query->SpanResult + column);
        for (var key = from; key < to; key++)
        {
            sum = V.Fma(V.Broadcast(weights[key]), S.Load<V>(tile + (key * stride)), sum);
        }

        V.Store(query->SpanResult + column, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(float* destination, V first, V second, V third, V fourth)
    {
        Store2(destination, first, second);
        Store2(destination + (2 * V.Count), third, fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store2(float* destination, V first, V second)
    {
        V.Store(destination, first);
        V.Store(destination + V.Count, second);
    }
}
