using System.Globalization;

namespace Sequitur.Models;

/// <summary>
/// A tensor's name with places for numbers: <c>model.layers.{i}.mlp.experts.{e}.up_proj.weight</c>. A place holds any decimal number. (Not a regular expression: one
/// would be built for every name of every family whenever a process opens a model.)
/// </summary>
internal sealed class NameTemplate
{
    // The text before, between and behind the places, and each place's letter: one fewer.
    private readonly string[] _texts;
    private readonly char[] _places;

    /// <summary>Reads a template.</summary>
    /// <param name="template">A name in which <c>{i}</c> and <c>{e}</c> stand for numbers.</param>
    /// <exception cref="ArgumentException">A number could end in several places.</exception>
    public NameTemplate(string template)
    {
        var (texts, places, start) = (new List<string>(), new List<char>(), 0);
        for (var i = 0; i + 2 < template.Length; i++)
        {
            if (template[i] == '{' && template[i + 1] is 'i' or 'e' && template[i + 2] == '}')
            {
                texts.Add(template[start..i]);
                places.Add(template[i + 1]);
                start = i + 3;
                i += 2;
            }
        }

        texts.Add(template[start..]);
        (_texts, _places) = ([.. texts], [.. places]);
        for (var place = 0; place < _places.Length; place++)
        {
            var after = _texts[place + 1];
            if (after.Length == 0 ? place + 1 < _places.Length : char.IsAsciiDigit(after[0]))
            {
                throw new ArgumentException($"in {template} the end of a number cannot be told", nameof(template));
            }
        }
    }

    /// <summary>Whether a name is one of these; its numbers, place by place, as they are spelled.</summary>
    public bool Matches(string name, out IReadOnlyList<string> numbers)
    {
        numbers = [];
        if (!name.StartsWith(_texts[0], StringComparison.Ordinal))
        {
            return false;
        }

        var (found, at) = (new string[_places.Length], _texts[0].Length);
        for (var place = 0; place < _places.Length; place++)
        {
            var end = at;
            while (end < name.Length && char.IsAsciiDigit(name[end]))
            {
                end++;
            }

            // What follows a place begins with no digit, so the longest number is the only one.
            if (end == at || string.CompareOrdinal(name, end, _texts[place + 1], 0, _texts[place + 1].Length) != 0)
            {
                return false;
            }

            found[place] = name[at..end];
            at = end + _texts[place + 1].Length;
        }

        numbers = found;
        return at == name.Length;
    }

    /// <summary>The name with the numbers that another template's places had.</summary>
    /// <param name="other">The template whose <see cref="Matches"/> found them.</param>
    /// <param name="numbers">The numbers.</param>
    public string Fill(NameTemplate other, IReadOnlyList<string> numbers)
    {
        if (_places.Length == 0)
        {
            return _texts[0];
        }

        var name = _texts[0];
        for (var place = 0; place < _places.Length; place++)
        {
            var from = Array.IndexOf(other._places, _places[place]);
            name = string.Create(CultureInfo.InvariantCulture, $"{name}{(from < 0 ? "" : numbers[from])}{_texts[place + 1]}");
        }

        return name;
    }
}
