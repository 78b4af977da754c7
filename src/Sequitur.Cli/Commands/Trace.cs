using System.CommandLine;
using System.Globalization;
using System.Text;
using Sequitur.Cli.Output;
using Sequitur.Cli.Tracing;
using Sequitur.Engine;
using Sequitur.Formats.SafeTensors;
using Sequitur.Insight;
using Sequitur.Kernels;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur trace [MODEL] --value NAME</c>: prints or saves inner values of a prompt's run.</summary>
[Command("trace")]
public sealed class Trace : ICommand
{
    private readonly Argument<string?> _model = ModelArgument.Create();
    private readonly Option<string[]?> _values = Flags.Text<string[]?>("--value", "A value to show: layers.3.l_out; * stands for any part of a name; may be given several times", "the name of a value");
    private readonly Option<bool> _list = new("--list") { Description = "List the names of all values, and run nothing" };
    private readonly Option<string?> _prompt = new("--prompt") { Description = "The prompt; read from standard input if neither it nor --ids is given" };
    private readonly Option<string?> _ids = Flags.Text<string?>("--ids", "The prompt as token ids, which spaces or commas part", "ids of tokens");
    private readonly Option<string?> _system = new("--system") { Description = "The system message; the model's own by default" };
    private readonly Option<bool> _raw = new("--raw") { Description = "Take the prompt as it is, without the chat template" };
    private readonly Option<string?> _positions = Flags.Text<string?>("--positions", "Positions to show: 3, 2-5, 0,4,7-9; -1 is the last one; all by default", "positions");
    private readonly Option<string?> _output = Flags.Text<string?>("--output", "A safetensors file to save the values in, instead of printing them", "a path", "-o");
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object with all numbers" };
    private readonly Option<int?> _context = Flags.Whole("--context", "Positions that the prompt may take; by default the model's", 1, int.MaxValue);
    private readonly EngineFlags _engine = new();
    private readonly InterventionFlags _interventions = new();

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("trace", "Show inner values of a prompt's run") { _model, _values, _list, _prompt, _ids, _system, _raw, _positions, _output, _json, _context };
        _engine.AddTo(command);
        _interventions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var (names, positions) = Check(parsed);
        using var prompt = TracedPrompt.Open(parsed.GetValue(_model) ?? EmbeddedModel.Path, _engine.Read(parsed) with { Context = parsed.GetValue(_context) }, parsed.GetValue(_ids) is not null || parsed.GetValue(_list));
        if (parsed.GetValue(_list))
        {
            io.Output.Write(Encoding.UTF8.GetBytes(string.Concat(TracedValue.NamesOf(prompt.Engine).Select(name => name + "\n"))));
            return ExitCode.Success;
        }

        var ids = parsed.GetValue(_ids) is { } given ? Ids(given, prompt.Engine.Model.VocabularySize) : prompt.Tokenize(new TextRequest
        {
            Prompt = parsed.GetValue(_prompt) ?? RequestFlags.Prompt(null, "--prompt", io, cancellation),
            System = parsed.GetValue(_system),
            Raw = parsed.GetValue(_raw),
        });
        var rewrites = Intervention.Resolve(prompt.Engine, ids, _interventions.Read(parsed).Select(InterventionRegistry.Parse).ToArray(), prompt.TokenizeRaw, cancellation);
        var rows = positions.Of(ids.Length);
        var values = TracedValue.Of(prompt.Engine, ids, names, rewrites, cancellation).Select(value => Choose(value, rows)).ToArray();
        Write(parsed, io, values, rows, prompt.Names is { } pieces ? i => pieces.Piece(ids[i]) : i => $"{ids[i]}");
        return ExitCode.Success;
    }

    private (string[] Names, Positions Positions) Check(ParseResult parsed)
    {
        var names = parsed.GetValue(_values) ?? [];
        if (names.Length == 0 && !parsed.GetValue(_list))
        {
            throw new UsageException("--value is missing: name a value, as in --value layers.0.l_out; --list shows all names");
        }

        if (parsed.GetValue(_ids) is not null && (parsed.GetValue(_prompt) is not null || parsed.GetValue(_system) is not null || parsed.GetValue(_raw)))
        {
            throw new UsageException("--ids is a prompt by itself: leave out --prompt, --system and --raw");
        }

        return (names, parsed.GetValue(_positions) is { } positions ? Positions.Parse(positions) : Positions.All);
    }

    private void Write(ParseResult parsed, CommandIo io, TracedValue[] values, int[]? rows, Func<int, string> piece)
    {
        if (parsed.GetValue(_output) is { } path)
        {
            using var file = AtomicFile.Create(path, values.Sum(value => value.Numbers.LongLength * sizeof(float)));
            SafeTensorsWriter.Write(file.Stream, [.. values.Select(value => new NamedTensor(value.Name, value.Shape, value.Numbers))]);
            file.Commit();
            io.Error.WriteLine($"{Quantity.Count(values.Length, "value")} in {path}");
        }

        var page = new TracePage(values, rows, piece);
        if (parsed.GetValue(_json))
        {
            page.WriteJson(io.Output, withNumbers: parsed.GetValue(_output) is null);
        }
        else if (parsed.GetValue(_output) is null)
        {
            page.WriteText(new ResultWriter(io.Output), io.Terminal.Width);
        }
    }

    private static TracedValue Choose(TracedValue value, int[]? rows) => rows is null || !value.HasPositions ? value : value with
    {
        Shape = [rows.Length, .. value.Shape.Skip(1)],
        Numbers = [.. rows.SelectMany(row => value.Numbers.AsSpan(row * value.Columns, value.Columns).ToArray())],
    };

    private static int[] Ids(string text, int vocabulary) =>
        [.. text.Split((char[])[' ', ',', '\n', '\r', '\t', '[', ']'], StringSplitOptions.RemoveEmptyEntries).Select(word =>
            int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) && (uint)id < (uint)vocabulary
                ? id
                : throw new UsageException($"--ids: '{PrintableText.Of(word)}' is no token id: they are whole numbers from 0 to {vocabulary - 1}"))];
}
