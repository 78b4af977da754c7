namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Sequences that share a past do not disturb one another.</summary>
public sealed class ForkTests
{
    private static readonly int[] SharedLengths = [1, 63, 64, 65, 200, 257];

    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Fork_BothSidesGoOn_EachEqualsItsWhole(string name)
    {
        var variant = Variant.Of(name);
        foreach (var shared in SharedLengths)
        {
            var past = Variant.Tokens(shared);
            int[] left = [.. past, .. Variant.Tokens(70, 2)];
            int[] right = [.. past, .. Variant.Tokens(90, 3)];
            using var runner = new Runner(new RunnerOptions(variant) { Sequences = 3, PageSeed = 17 });
            var expectedLeft = runner.Logits(left);
            var expectedRight = runner.Logits(right);
            using var parent = runner.Open();
            runner.Step((parent, past));
            using var child = new Stream(parent.Cache!.Fork());
            child.Add(parent.Logits);

            // One token each in turn: both write into what was the shared page.
            runner.Step((child, right[shared..(shared + 1)]));
            runner.Step((parent, left[shared..(shared + 1)]), (child, right[(shared + 1)..(shared + 3)]));
            runner.Step((child, right[(shared + 3)..]));
            runner.Step((parent, left[(shared + 1)..]));

            parent.Logits.ShouldBeBitwise(expectedLeft, $"the parent behind {shared} tokens");
            child.Logits.ShouldBeBitwise(expectedRight, $"the fork behind {shared} tokens");
        }
    }

    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Fork_ParentIsGone_ChildEqualsItsWhole(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Sequences = 3 });
        var ids = Variant.Tokens(257);
        var parent = runner.Open();
        runner.Step((parent, ids[..100]));
        using var child = new Stream(parent.Cache!.Fork());
        child.Add(parent.Logits);
        parent.Dispose();
        using var other = runner.Open();
        runner.Step((other, Variant.Tokens(200, 5)));

        runner.Step((child, ids[100..]));

        child.Logits.ShouldBeBitwise(Whole.Logits(variant, 257), "the fork");
    }

    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Truncate_ThenAnotherEnd_EqualsItsWhole(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Sequences = 2 });
        using var stream = runner.Open();
        runner.Step((stream, Variant.Tokens(300)));
        if (!stream.Cache!.CanTruncate)
        {
            Should.Throw<NotSupportedException>(() => stream.Cache.Truncate(10));
            return;
        }

        foreach (var length in (int[])[257, 255, 65, 64, 63, 1])
        {
            int[] ids = [.. Variant.Tokens(length), .. Variant.Tokens(40, length)];
            stream.Cache.Truncate(length);
            using var fork = new Stream(stream.Cache.Fork());
            runner.Step((fork, ids[length..]));

            var expected = runner.Logits(ids);
            fork.Logits.ShouldBeBitwise(expected[(length * Families.Vocabulary)..], $"behind {length} tokens");
        }
    }
}
