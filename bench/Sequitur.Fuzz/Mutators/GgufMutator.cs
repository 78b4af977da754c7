namespace Sequitur.Fuzz.Mutators;

/// <summary>Changes what the head of a GGUF file says: versions, counts, lengths, types, values, sizes and offsets, set to extremes, moved a little or swapped.</summary>
public sealed class GgufMutator : IMutator
{
    private readonly ByteMutator _plain = new();

    /// <inheritdoc/>
    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        if (random.Next(4) == 0)
        {
            return _plain.Mutate(input, other, random);
        }

        var bytes = (byte[])input.Clone();
        var head = new Head(input);
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            Change(bytes, head.Fields, head.IsBigEndian, random);
        }

        return random.Next(4) == 0 ? _plain.Mutate(bytes, other, random) : bytes;
    }

    private static void Change(byte[] bytes, List<(int At, int Width)> fields, bool bigEndian, Random random)
    {
        var (at, width) = fields[random.Next(fields.Count)];
        var field = bytes.AsSpan(at, width);
        switch (random.Next(4))
        {
            case 0: // a little more or less
                var value = bigEndian ? Big(field) : Little(field);
                ByteMutator.Write(field, unchecked(value + (ulong)random.Next(-9, 10)), bigEndian);
                break;
            case 1: // two fields of one width swapped
                var like = fields.Where(candidate => candidate.Width == width).ToList();
                var (second, _) = like[random.Next(like.Count)];
                var kept = field.ToArray();
                bytes.AsSpan(second, width).CopyTo(field);
                kept.CopyTo(bytes, second);
                break;
            default:
                ByteMutator.Write(field, ByteMutator.Telling[random.Next(ByteMutator.Telling.Length)], bigEndian);
                break;
        }
    }

    private static ulong Little(ReadOnlySpan<byte> field)
    {
        var value = 0UL;
        for (var i = field.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | field[i];
        }

        return value;
    }

    private static ulong Big(ReadOnlySpan<byte> field)
    {
        var value = 0UL;
        foreach (var digit in field)
        {
            value = (value << 8) | digit;
        }

        return value;
    }

    // Where the numbers of a sound file's head lie.
    private ref struct Head
    {
        // of a vocabulary, the first strings stand for all
        private const int MostStrings = 16;

        private readonly byte[] _bytes;
        private int _at = 4;

        public Head(byte[] bytes)
        {
            _bytes = bytes;
            IsBigEndian = bytes[4] == 0;
            Number(4);
            var tensors = Number(8);
            var pairs = Number(8);
            for (var i = 0UL; i < pairs; i++)
            {
                Text();
                Value(Number(4));
            }

            for (var i = 0UL; i < tensors; i++)
            {
                Text();
                for (var dimensions = Number(4); dimensions > 0; dimensions--)
                {
                    Number(8);
                }

                Number(4);
                Number(8);
            }
        }

        public List<(int At, int Width)> Fields { get; } = [];

        public bool IsBigEndian { get; }

        private ulong Number(int width, bool isListed = true)
        {
            if (isListed)
            {
                Fields.Add((_at, width));
            }

            var field = _bytes.AsSpan(_at, width);
            _at += width;
            return IsBigEndian ? Big(field) : Little(field);
        }

        private void Text(bool isListed = true)
        {
            var length = (int)Number(8, isListed);
            _at += length;
        }

        private void Value(ulong type)
        {
            switch (type)
            {
                case 8:
                    Text();
                    break;
                case 9:
                    var items = Number(4);
                    var count = Number(8);
                    for (var i = 0UL; i < count; i++)
                    {
                        Item(items, i < MostStrings);
                    }

                    break;
                default:
                    Number(Width(type));
                    break;
            }
        }

        private void Item(ulong type, bool isListed)
        {
            switch (type)
            {
                case 8:
                    Text(isListed);
                    break;
                case 9:
                    Value(9);
                    break;
                default:
                    Number(Width(type), isListed);
                    break;
            }
        }

        private static int Width(ulong type) => type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, _ => 8 };
    }
}
