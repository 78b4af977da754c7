using System.Text;
using System.Text.Json;

namespace Sequitur.Fuzz.Mutators;

/// <summary>Changes the values of a JSON text: to what no reader expects, to one another, to nothing, to many.</summary>
public sealed class JsonMutator : IMutator
{
    private const int MostChanges = 3;

    private static readonly byte[][] Telling = [.. ((string[])
    [
        "null", "true", "false", "0", "-1", "1", "2", "3", "1.5", "-0.0", "1e999", "1e-999", "1E30", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
        "-9223372036854775809", "18446744073709551616", "NaN", "Infinity", "-Infinity", "{\"__float__\":\"Infinity\"}", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\n\"", "\"a\"", "\"\ud83d\ude00\"",
        "[]", "{}", "[[]]", "[null]", "{\"\":{}}", "[1,2,3]", "\"" + new string('x', 5000) + "\"", new string('[', 300), new string('[', 60) + new string(']', 60),
        string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60),
    ]).Select(Encoding.UTF8.GetBytes)];

    private readonly ByteMutator _plain = new();

    /// <inheritdoc/>
    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        if (random.Next(4) == 0)
        {
            return _plain.Mutate(input, other, random);
        }

        var bytes = input;
        for (var change = random.Next(1, MostChanges + 1); change > 0; change--)
        {
            bytes = Change(bytes, other, random);
        }

        return bytes;
    }

    private byte[] Change(byte[] bytes, byte[] other, Random random)
    {
        var values = Values(bytes);
        if (values.Count == 0)
        {
            return _plain.Mutate(bytes, other, random);
        }

        var (start, end) = values[random.Next(values.Count)];
        var (from, to) = values[random.Next(values.Count)];
        return random.Next(6) switch
        {
            0 => Replace(bytes, start, end, bytes.AsSpan(from, to - from)), // another value in its place
            1 => Replace(bytes, start, end, []),
            2 => [.. bytes[..end], (byte)',', .. bytes[start..]], // twice
            3 => [.. bytes[..start], .. Enumerable.Repeat(bytes[start..end].Append((byte)','), random.Next(1, 200)).SelectMany(copy => copy), .. bytes[start..]],
            _ => Replace(bytes, start, end, Telling[random.Next(Telling.Length)]),
        };
    }

    private static byte[] Replace(byte[] bytes, int start, int end, ReadOnlySpan<byte> value) => [.. bytes[..start], .. value, .. bytes[end..]];

    // Every value and every name, with what is in it; up to where the text stops to be JSON.
    private static List<(int Start, int End)> Values(byte[] bytes)
    {
        var found = new List<(int, int)>();
        var open = new Stack<int>();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((int)reader.TokenStartIndex);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        found.Add((open.Pop(), (int)reader.BytesConsumed));
                        break;
                    case JsonTokenType.PropertyName:
                        // what was consumed includes the colon
                        found.Add(((int)reader.TokenStartIndex, (int)reader.TokenStartIndex + reader.ValueSpan.Length + 2));
                        break;
                    default:
                        found.Add(((int)reader.TokenStartIndex, (int)reader.BytesConsumed));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // an earlier change broke it: what was found before that is still changed
        }

        return found;
    }
}
