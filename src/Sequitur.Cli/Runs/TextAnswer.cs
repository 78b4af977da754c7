using System.Text;
using Sequitur.Cli.Output;
using Sequitur.Engine;

namespace Sequitur.Cli.Runs;

/// <summary>An answer as text. A terminal is not handed control characters, which it would obey.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="toTerminal">Whether that is a terminal.</param>
internal sealed class TextAnswer(ResultStream output, bool toTerminal) : IRunOutput
{
    public void Begin(string heading) => output.Write(Encoding.UTF8.GetBytes($"{heading}\n"));

    public void Write(ReadOnlySpan<byte> text) => output.Write(toTerminal ? Harmless(text) : text);

    public void End(Generation generation, RunStatistics statistics, AnswerComparison? comparison)
    {
        output.Write("\n"u8);
        if (comparison is not null)
        {
            comparison.WriteTo(new ResultWriter(output));
        }
    }

    private static ReadOnlySpan<byte> Harmless(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAnyInRange((byte)0, (byte)0x1F) < 0 && !text.Contains((byte)0x7F) && !text.Contains((byte)0xC2))
        {
            return text;
        }

        var safe = new StringBuilder();
        foreach (var character in Encoding.UTF8.GetString(text))
        {
            _ = char.IsControl(character) && character is not ('\n' or '\r' or '\t') ? safe.Append('\uFFFD') : safe.Append(character);
        }

        return Encoding.UTF8.GetBytes(safe.ToString());
    }
}
