namespace House.Tests;

/// <summary>The scanner finds members and their lengths.</summary>
public class MembersTests
{
    private const string Sample = """
        using System;

        namespace Some.Where;

        [Marked(typeof(int))]
        internal sealed partial class First<T>(int x) : Base(x), IThing
            where T : class
        {
            private const int Table = 1;
            private static readonly int[] Numbers =
            [
                1,
                2,
            ];

            public int Value { get; init; } = new Func<int>(() => { return 1; })();

            [Quick]
            public int Long(int y = 3)
            {
                if (y > 1)
                {
                    return y;
                }

                return 0;
            }

            public int Short() => Table switch
            {
                1 => 2,
                _ => 3,
            };

            public static bool operator ==(First<T> a, First<T> b) =>
                true;

            public static bool operator >=(First<T> a, First<T> b)
            {
                return a == b;
            }

            private enum Mood { Low, High }

            private readonly record struct Pair(int A, int B);

            private struct Inner
            {
                public void Deep<V>() where V : struct, IThing
                {
                }
            }
        }

        public record Last;
        """;

    [Fact]
    public void Of_Sample_FindsTypes() =>
        Members.Of(Lexer.CodeOf(Sample)).Where(member => member.IsType).Select(member => (member.FirstLine, member.Lines))
            .ShouldBe([(5, 49), (43, 1), (45, 1), (47, 6), (55, 1)], ignoreOrder: true);

    [Fact]
    public void Of_Sample_FindsMembers() =>
        Members.Of(Lexer.CodeOf(Sample)).Where(member => !member.IsType).Select(member => (member.FirstLine, member.Lines))
            .ShouldBe([(18, 10), (29, 5), (35, 2), (38, 4), (49, 3)], ignoreOrder: true);
}
