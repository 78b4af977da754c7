using Sequitur.Kernels.Memory;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Fuzz;

/// <summary>What became of an input.</summary>
/// <param name="IsRefused">Whether it was refused, by an exception that a user may see.</param>
/// <param name="Bytes">What was allocated for it, managed and native.</param>
/// <param name="Failure">What is wrong with that, or null.</param>
public readonly record struct Outcome(bool IsRefused, long Bytes, string? Failure);

/// <summary>
/// Reads inputs and judges what happens: no exception but the declared ones, each of one short line, and no allocation that the input's size does not justify.
/// Inputs that never end or kill the process are the <see cref="Campaign"/>'s matter.
/// </summary>
public static class Judge
{
    /// <summary>What a reader may allocate for each byte of its input: strings of one character, JSON values, template nodes are objects.</summary>
    public const int BytesPerByte = 256;

    private const int MostMessage = 1000;

    /// <summary>Reads an input with a target.</summary>
    public static Outcome Try(FuzzTarget target, byte[] input, Scratch scratch)
    {
        var before = Allocated();
        Exception? refusal = null;
        try
        {
            target.Read(input, scratch);
        }
        catch (Exception problem)
        {
            refusal = problem;
        }

        var bytes = Allocated() - before;
        var most = target.Allowance + ((long)BytesPerByte * input.Length);
        return new(refusal is not null, bytes, Wrong(refusal) ?? (bytes > most ? $"{bytes} bytes were allocated for an input of {input.Length}, and {most} are allowed" : null));
    }

    private static long Allocated() => GC.GetAllocatedBytesForCurrentThread() + NativeBuffer.AllocatedBytesForCurrentThread;

    private static string? Wrong(Exception? refusal) => refusal switch
    {
        null => null,
        not (InvalidModelException or UnsupportedModelException or CapacityException or TemplateException) => $"an exception that no user should see: {Line(refusal.ToString())}",
        { Message: "" or { Length: > MostMessage } } => $"a message of {refusal.Message.Length} characters: {Line(refusal.Message)}",
        _ when refusal.Message.Any(char.IsControl) => $"a message with control characters: {Line(refusal.Message)}",
        _ => null,
    };

    private static string Line(string text)
    {
        var line = string.Join(" | ", text.ReplaceLineEndings("\n").Split('\n').Take(6).Select(part => part.Trim()));
        return line.Length > MostMessage ? line[..MostMessage] : line;
    }
}
