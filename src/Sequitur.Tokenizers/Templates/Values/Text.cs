using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// A string that remembers which of its parts the template wrote itself (trusted) and which came from the conversation. Joining keeps the
/// parts apart and costs nothing (a rope, flattened when first read); cutting keeps them too; whatever mixes them otherwise gives untrusted text.
/// </summary>
internal sealed class Text
{
    private Text? _left;
    private Text? _right;
    private string? _value;

    // Null: all of the text is as _trusted says.
    private TextRun[]? _runs;
    private readonly bool _trusted;

    private Text(string value, bool trusted, TextRun[]? runs)
    {
        _value = value;
        _trusted = trusted;
        _runs = runs;
        Length = value.Length;
    }

    private Text(Text left, Text right, int length)
    {
        _left = left;
        _right = right;
        Length = length;
    }

    /// <summary>Whether this is marked as safe HTML (the filters <c>safe</c> and <c>escape</c>): adding other text to it escapes that first.</summary>
    public bool IsMarkup { get; private init; }

    public static Text Empty { get; } = new("", trusted: true, null);

    /// <summary>How many UTF-16 units.</summary>
    public int Length { get; }

    public string Value
    {
        get
        {
            Flatten();
            return _value!;
        }
    }

    /// <summary>Whether the template wrote all of it.</summary>
    public bool IsTrusted
    {
        get
        {
            Flatten();
            return _runs is null ? _trusted : Array.TrueForAll(_runs, run => run.Trusted);
        }
    }

    public static Text Of(string value, bool trusted) => value.Length == 0 ? Empty : new Text(value, trusted, null);

    /// <summary>Both texts as one; not marked as HTML.</summary>
    public static Text Join(Text left, Text right)
    {
        if (left.Length == 0)
        {
            return right;
        }

        return right.Length == 0 ? left : new Text(left, right, checked(left.Length + right.Length));
    }

    /// <summary>The parts, in order; neighbours differ in trust.</summary>
    public IEnumerable<(string Value, bool Trusted)> Parts()
    {
        Flatten();
        if (Length == 0)
        {
            yield break;
        }

        if (_runs is null)
        {
            yield return (_value!, _trusted);
            yield break;
        }

        int start = 0;
        foreach (TextRun run in _runs)
        {
            yield return (_value!.Substring(start, run.Length), run.Trusted);
            start += run.Length;
        }
    }

    /// <summary>A part of the text, by UTF-16 units.</summary>
    public Text Substring(int start, int length)
    {
        Flatten();
        if (length == Length)
        {
            return this;
        }

        string value = _value!.Substring(start, length);
        if (_runs is null || length == 0)
        {
            return Marked(value, _trusted);
        }

        var runs = new List<TextRun>();
        int at = 0;
        foreach (TextRun run in _runs)
        {
            int overlap = Math.Min(start + length, at + run.Length) - Math.Max(start, at);
            if (overlap > 0)
            {
                runs.Add(run with { Length = overlap });
            }

            at += run.Length;
        }

        return runs.Count == 1 ? Marked(value, runs[0].Trusted) : new Text(value, trusted: false, [.. runs]) { IsMarkup = IsMarkup };
    }

    public Text Substring(int start) => Substring(start, Length - start);

    /// <summary>A text made from this one by a change that keeps no parts apart: trusted only if all of this one is.</summary>
    public Text Derive(string value) => Marked(value, IsTrusted);

    /// <summary>The same text, marked as safe HTML.</summary>
    public Text AsMarkup()
    {
        Flatten();
        return new Text(_value!, _trusted, _runs) { IsMarkup = true };
    }

    public override string ToString() => Value;

    private Text Marked(string value, bool trusted) => IsMarkup ? new Text(value, trusted, null) { IsMarkup = true } : Of(value, trusted);

    // Joins made left-deep or right-deep by loops may be long chains, so no recursion.
    private void Flatten()
    {
        if (_value is not null)
        {
            return;
        }

        var value = new StringBuilder(Length);
        var runs = new List<TextRun>();
        var waiting = new Stack<Text>();
        waiting.Push(this);
        while (waiting.TryPop(out Text? text))
        {
            if (text._value is null)
            {
                waiting.Push(text._right!);
                waiting.Push(text._left!);
                continue;
            }

            value.Append(text._value);
            foreach (TextRun run in text._runs ?? [new TextRun(text.Length, text._trusted)])
            {
                Append(runs, run);
            }
        }

        _runs = [.. runs];
        _value = value.ToString();
        _left = _right = null;
    }

    private static void Append(List<TextRun> runs, TextRun run)
    {
        if (runs.Count > 0 && runs[^1].Trusted == run.Trusted)
        {
            runs[^1] = run with { Length = runs[^1].Length + run.Length };
        }
        else if (run.Length > 0)
        {
            runs.Add(run);
        }
    }

    private readonly record struct TextRun(int Length, bool Trusted);
}
