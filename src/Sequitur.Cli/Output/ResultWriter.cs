using System.Text;

namespace Sequitur.Cli.Output;

/// <summary>Text written as results, in UTF-8.</summary>
internal sealed class ResultWriter(ResultStream output) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.Length > 0)
        {
            output.Write(Encoding.UTF8.GetBytes(buffer.ToArray()));
        }
    }
}
