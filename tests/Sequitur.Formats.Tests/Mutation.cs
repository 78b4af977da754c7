using System.Buffers.Binary;

namespace Sequitur.Formats.Tests;

/// <summary>Damaged copies of sound files, the same in every run.</summary>
internal static class Mutation
{
    private static readonly ulong[] Telling =
    [
        0, 1, 0x7F, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 1UL << 61, 1UL << 62, long.MaxValue, 1UL << 63, ulong.MaxValue - 7, ulong.MaxValue,
    ];

    /// <summary>A copy with a few changes within its first bytes: a bit, a byte, a number that overflows, a piece moved.</summary>
    public static byte[] Of(byte[] bytes, int seed, int within)
    {
        var random = new Random(seed);
        var copy = (byte[])bytes.Clone();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(within);
            switch (random.Next(5))
            {
                case 0:
                    copy[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    copy[at] = (byte)random.Next(256);
                    break;
                case 2 when at + 8 <= copy.Length:
                    BinaryPrimitives.WriteUInt64LittleEndian(copy.AsSpan(at), Telling[random.Next(Telling.Length)]);
                    break;
                case 3 when at + 4 <= copy.Length:
                    BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(at), (uint)Telling[random.Next(Telling.Length)]);
                    break;
                default:
                    var length = random.Next(Math.Min(32, copy.Length - at) + 1);
                    copy.AsSpan(random.Next(within - Math.Min(within, length) + 1), length).CopyTo(copy.AsSpan(at));
                    break;
            }
        }

        return copy;
    }

    /// <summary>Whether reading went well; else it must have ended with a clear exception. Neither may allocate much.</summary>
    public static bool Try(Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isRead = true;
        try
        {
            read();
        }
        catch (Exception problem) when (problem is not Shouldly.ShouldAssertException)
        {
            Conformance.ShouldBeClear(problem);
            isRead = false;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Conformance.AllocationLimit);
        return isRead;
    }
}
