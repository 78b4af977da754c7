using System.Text;

namespace Sequitur.Engine.Sampling;

/// <summary>One step as it was written.</summary>
/// <param name="Sampler">The sampler.</param>
/// <param name="Arguments">What was said of it.</param>
internal sealed record ChainStep(RegisteredSampler Sampler, SamplerArguments Arguments);

/// <summary>
/// Reads the text of a chain: steps with <c>;</c> between them. A step is a name, <c>name=value</c> (the sampler's first parameter) or
/// <c>name(parameter=value,…)</c>; a value is a number, or a list of quoted texts: <c>["\n","two words"]</c>.
/// </summary>
internal sealed class ChainText(string text)
{
    private int _at;

    /// <summary>Reads all steps.</summary>
    /// <exception cref="UsageException">The text is no chain, a name is unknown or a value impossible.</exception>
    public IReadOnlyList<ChainStep> Read()
    {
        var steps = new List<ChainStep>();
        while (!IsAtEnd)
        {
            steps.Add(Step());
            if (!IsAtEnd)
            {
                Expect(';');
            }
        }

        return steps;
    }

    private bool IsAtEnd => Next == '\0';

    // The next character that is no space; NUL at the end.
    private char Next
    {
        get
        {
            while (_at < text.Length && text[_at] == ' ')
            {
                _at++;
            }

            return _at < text.Length ? text[_at] : '\0';
        }
    }

    private ChainStep Step()
    {
        var sampler = Samplers.Find(Word());
        var arguments = new SamplerArguments();
        if (Next == '=')
        {
            _at++;
            var parameter = sampler.Parameters.Count > 0 ? sampler.Parameters[0] : throw new UsageException($"{sampler.Name} takes no value");
            arguments.Add(parameter, Value(), sampler.Name);
        }
        else if (Next == '(')
        {
            do
            {
                _at++;
                var name = Word();
                Expect('=');
                var parameter = sampler.Parameters.FirstOrDefault(known => known.Name == name)
                    ?? throw new UsageException($"{sampler.Name} has no parameter '{name}'; allowed: {string.Join(", ", sampler.Parameters.Select(known => known.Name))}");
                arguments.Add(parameter, Value(), $"{name} of {sampler.Name}");
            }
            while (Next == ',');
            Expect(')');
        }

        return new ChainStep(sampler, arguments);
    }

    private List<string> Value()
    {
        if (Next != '[')
        {
            return [Word()];
        }

        var list = new List<string>();
        _at++;
        while (Next != ']')
        {
            if (list.Count > 0)
            {
                Expect(',');
            }

            list.Add(Quoted());
        }

        _at++;
        return list;
    }

    private string Word()
    {
        var start = Next == '\0' ? text.Length : _at;
        while (_at < text.Length && !";=(),[]\"".Contains(text[_at]))
        {
            _at++;
        }

        return _at > start ? text[start.._at].Trim() : throw Broken("a name or a value is missing");
    }

    private string Quoted()
    {
        Expect('"');
        var quoted = new StringBuilder();
        for (; _at < text.Length && text[_at] != '"'; _at++)
        {
            if (text[_at] != '\\')
            {
                quoted.Append(text[_at]);
                continue;
            }

            _at++;
            quoted.Append(_at >= text.Length ? throw Broken("a quote is not closed") : text[_at] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var other => other,
            });
        }

        Expect('"');
        return quoted.ToString();
    }

    private void Expect(char character)
    {
        if (Next != character)
        {
            throw Broken($"expected '{character}'");
        }

        _at++;
    }

    private UsageException Broken(string problem) =>
        new($"samplers cannot be read at '{text[Math.Min(_at, text.Length)..]}': {problem}; write name;name=value;name(parameter=value,…)");
}
