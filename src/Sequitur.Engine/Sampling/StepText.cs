using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sequitur.Engine.Sampling;

/// <summary>Writes one step of a chain: <c>top_k=40</c>, <c>dry(multiplier=0.8,base=1.75,…)</c>.</summary>
/// <remarks>A minor parameter is left out at its default.</remarks>
public sealed class StepText(string name)
{
    private readonly List<(string Name, string Value)> _parameters = [];

    /// <summary>Adds a number.</summary>
    public StepText Add<T>(NumberParameter<T> parameter, T value)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        if (!parameter.IsMinor || value != parameter.Default)
        {
            _parameters.Add((parameter.Name, Number(value)));
        }

        return this;
    }

    /// <summary>Adds a list of texts; null is left out.</summary>
    public StepText Add(ListParameter parameter, IEnumerable<string>? values)
    {
        if (values is not null)
        {
            _parameters.Add((parameter.Name, $"[{string.Join(',', values.Select(Quote))}]"));
        }

        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _parameters switch
    {
        [] => name,
        [var (_, value)] when IsFirst => $"{name}={value}",
        _ => $"{name}({string.Join(',', _parameters.Select(parameter => $"{parameter.Name}={parameter.Value}"))})",
    };

    internal static string Number<T>(T value)
        where T : INumber<T> => T.IsNegativeInfinity(value) ? "-inf" : value.ToString(null, CultureInfo.InvariantCulture);

    // What stands behind "name=" is the first parameter that the sampler declares.
    private bool IsFirst => Samplers.All.FirstOrDefault(sampler => sampler.Name == name)?.Parameters[0].Name == _parameters[0].Name;

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '"' or '\\' => quoted.Append('\\').Append(character),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}
