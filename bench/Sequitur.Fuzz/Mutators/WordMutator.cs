using System.Text;

namespace Sequitur.Fuzz.Mutators;

/// <summary>Changes the words of a text in a small language: puts in those that it knows, swaps, repeats and nests pieces between them.</summary>
/// <param name="words">The language's words, and values at which it breaks.</param>
public sealed class WordMutator(IReadOnlyList<string> words) : IMutator
{
    private const int MostChanges = 4;
    private const int MostRepeats = 300;

    private readonly ByteMutator _plain = new();

    /// <inheritdoc/>
    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        if (random.Next(6) == 0)
        {
            return _plain.Mutate(input, other, random);
        }

        var parts = Split(input);
        var others = Split(other);
        for (var change = random.Next(1, MostChanges + 1); change > 0; change--)
        {
            var at = random.Next(parts.Count + 1);
            var length = Math.Min(parts.Count - at, random.Next(1, 9));
            switch (random.Next(6))
            {
                case 0:
                    parts.RemoveRange(at, length);
                    break;
                case 1:
                    var piece = parts.GetRange(at, length);
                    parts.InsertRange(at, Enumerable.Repeat(piece, random.Next(1, 1 + MostRepeats)).SelectMany(part => part));
                    break;
                case 2:
                    var from = random.Next(others.Count + 1);
                    parts.InsertRange(at, others.GetRange(from, Math.Min(others.Count - from, random.Next(1, 30))));
                    break;
                case 3:
                    parts.InsertRange(at, Enumerable.Repeat(words[random.Next(words.Count)], random.Next(8) == 0 ? random.Next(MostRepeats) : 1));
                    break;
                default:
                    parts.RemoveRange(at, Math.Min(length, 1));
                    parts.Insert(at, words[random.Next(words.Count)]);
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(string.Concat(parts));
    }

    // Runs of letters and digits, and single characters of any other kind.
    private static List<string> Split(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var parts = new List<string>();
        var start = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || !(char.IsLetterOrDigit(text[i]) && char.IsLetterOrDigit(text[i - 1])))
            {
                parts.Add(text[start..i]);
                start = i;
            }
        }

        return parts;
    }
}
