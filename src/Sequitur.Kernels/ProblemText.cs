using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sequitur.Kernels;

/// <summary>
/// What is wrong where a condition does not hold: text that is put together only then. (A plan makes thousands of checks, and a text for each of them would take longer than the checks.)
/// </summary>
[InterpolatedStringHandler]
public ref struct ProblemText
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Called by the compiler.</summary>
    /// <param name="literalLength">Characters between the values.</param>
    /// <param name="formattedCount">How many values.</param>
    /// <param name="holds">The condition.</param>
    /// <param name="isNeeded">Whether it does not hold.</param>
    public ProblemText(int literalLength, int formattedCount, bool holds, out bool isNeeded)
    {
        isNeeded = !holds;
        _text = isNeeded ? new(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>The text; once.</summary>
    public string Take() => _text.ToStringAndClear();
}
